#include "app/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

#include "http/authority.hpp"
#include "http/characters.hpp"

namespace millrace::app {
namespace {

/// pchar and "/" (RFC 3986, section 3.3)
bool is_path_character(char c) {
  return http::is_unreserved(c) || std::string_view("/%!$&'()*+,;=:@").contains(c);
}

bool is_address(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(family, std::string(text).c_str(), bytes.data()) == 1;
}

}  // namespace

bool is_base_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  if (const auto name = url.substr(0, scheme); !http::equal_ignoring_case(name, "http") && !http::equal_ignoring_case(name, "https")) {
    return false;
  }
  url.remove_prefix(scheme + 3);
  const std::string_view authority = url.substr(0, url.find('/'));
  url.remove_prefix(authority.size());
  return !authority.empty() && !authority.starts_with(':') && http::is_authority(authority) && std::ranges::all_of(url, is_path_character);
}

bool is_loopback(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::string_view host = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  return host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]") || host.starts_with("0.0.0.0");
}

bool is_host(std::string_view host) {
  if (host.contains(':')) return is_address(AF_INET6, host);
  const bool is_number = std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  if (is_number) return is_address(AF_INET, host);
  return std::ranges::all_of(host, [](char c) { return http::is_unreserved(c) && c != '~'; });
}

}  // namespace millrace::app
