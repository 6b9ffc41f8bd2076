#include "http/proxies.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "http/characters.hpp"

namespace millrace::http {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t kBits = 128;
constexpr std::size_t kMappedBits = 96;  // before an IPv4 address

std::optional<ip::address> read_address(std::string_view text) {
  if (text.contains('%')) return std::nullopt;  // the zone is of another machine
  boost::system::error_code error;
  const ip::address address = ip::make_address(text, error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

AddressBytes bytes_of(const ip::address& address) {
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes() : address.to_v6().to_bytes();
}

/// 192.0.2.7   192.0.2.7:4711   2001:db8::7   [2001:db8::7]   [2001:db8::7]:4711
std::optional<ip::address> read_node(std::string_view node) {
  const std::size_t colon = node.find(':');
  if (node.starts_with('[')) {
    const std::size_t end = node.find(']');
    if (end == std::string_view::npos || (end + 1 < node.size() && node[end + 1] != ':')) return std::nullopt;
    return read_address(node.substr(1, end - 1));
  }
  const bool has_port = colon != std::string_view::npos && node.find(':', colon + 1) == std::string_view::npos;
  return read_address(has_port ? node.substr(0, colon) : node);
}

/// Up to a separator that is not in quotes, which is taken out with it; nothing where quotes do not end.
std::optional<std::string_view> take_until(std::string_view& text, char separator) {
  bool is_quoted = false;
  std::size_t i = 0;
  for (; i < text.size() && (is_quoted || text[i] != separator); ++i) {
    if (text[i] == '"') is_quoted = !is_quoted;
  }
  if (is_quoted) return std::nullopt;
  const std::string_view taken = trimmed(text.substr(0, i));
  text.remove_prefix(std::min(i + 1, text.size()));
  return taken;
}

/// The node of `for=node;proto=...`; empty when it tells none. Requires: its quotes end.
std::string_view node_of(std::string_view element) {
  while (!element.empty()) {
    const std::string_view pair = take_until(element, ';').value_or("");
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (!equal_ignoring_case(pair.substr(0, equals), "for")) continue;
    std::string_view node = pair.substr(std::min(equals + 1, pair.size()));
    if (node.size() >= 2 && node.starts_with('"') && node.ends_with('"')) node = node.substr(1, node.size() - 2);
    return node;
  }
  return {};
}

/// The nodes that the headers of this name list, one after the other; nothing where they are malformed.
std::optional<std::vector<std::string_view>> nodes_in(const Request& request, std::string_view name, bool has_pairs) {
  std::vector<std::string_view> nodes;
  for (const auto& [own_name, value] : request.headers) {
    if (!equal_ignoring_case(own_name, name)) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const auto element = take_until(rest, ',');
      if (!element) return std::nullopt;
      if (!element->empty()) nodes.push_back(has_pairs ? node_of(*element) : *element);
    }
  }
  return nodes;
}

}  // namespace

std::optional<Proxies> Proxies::read(const std::vector<std::string>& networks) {
  Proxies proxies;
  for (const std::string_view network : networks) {
    const std::size_t slash = std::min(network.find('/'), network.size());
    const auto address = read_address(network.substr(0, slash));
    if (!address) return std::nullopt;
    const std::size_t mapped = address->is_v4() ? kMappedBits : 0;
    std::size_t bits = kBits - mapped;
    if (slash < network.size()) {
      const char* const end = network.data() + network.size();
      const auto [read, error] = std::from_chars(network.data() + slash + 1, end, bits);
      if (error != std::errc() || read != end || bits > kBits - mapped) return std::nullopt;
    }
    proxies.networks_.push_back({bytes_of(*address), bits + mapped});
  }
  return proxies;
}

bool Proxies::trust(const AddressBytes& address) const {
  return std::ranges::any_of(networks_, [&address](const Network& network) {
    for (std::size_t i = 0; i * 8 < network.bits; ++i) {
      const std::size_t left = std::min<std::size_t>(network.bits - i * 8, 8);
      if ((address[i] ^ network.bytes[i]) >> (8 - left) != 0) return false;
    }
    return true;
  });
}

std::string Proxies::last_of(std::string_view peer, const std::vector<std::string_view>& nodes) const {
  std::string client(peer);
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const auto address = read_node(*node);
    if (!address) break;
    client = address->to_string();
    if (!trust(bytes_of(*address))) break;
  }
  return client;
}

std::string Proxies::client_of(std::string_view peer, const Request& request) const {
  const auto address = read_address(peer);
  if (!address || !trust(bytes_of(*address))) return std::string(peer);
  const auto standard = nodes_in(request, "forwarded", true);
  const auto usual = nodes_in(request, "x-forwarded-for", false);
  if (!standard || !usual) return std::string(peer);
  std::string client = last_of(peer, standard->empty() ? *usual : *standard);
  const bool is_doubtful = !standard->empty() && !usual->empty() && last_of(peer, *usual) != client;
  return is_doubtful ? std::string(peer) : client;
}

}  // namespace millrace::http
