// Proxies in front of the service, whose word is taken for where a request comes from: `Forwarded` (RFC 7239) or `X-Forwarded-For`.
//
// Each proxy adds the address that it was asked from at the end of the list, so that what stands before the first address which is no
// proxy's may be anybody's invention. A list is hence read from its end, up to what is no address or no proxy's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace millrace::http {

/// Of IPv4 as IPv6 has it mapped.
using AddressBytes = std::array<std::uint8_t, 16>;

class Proxies {
 public:
  /// Networks as "10.0.0.0/8" and "2001:db8::/32", or single addresses. Nothing, of one that is neither.
  static std::optional<Proxies> read(const std::vector<std::string>& networks);

  /// The address that the request came from, whose connection came from `peer`. Unless that is a proxy, it is the peer's own, whatever the
  /// headers say. From a proxy, the last address in the list that is none (the first one, where all are); what is no address ends the list.
  /// Where a header is malformed, and where both are there and disagree, since the proxy lets one of a client's through: the peer's own.
  std::string client_of(std::string_view peer, const Request& request) const;

 private:
  struct Network {
    AddressBytes bytes;
    std::size_t bits = 0;  // that count
  };
  bool trust(const AddressBytes& address) const;
  std::string last_of(std::string_view peer, const std::vector<std::string_view>& nodes) const;

  std::vector<Network> networks_;
};

}  // namespace millrace::http
