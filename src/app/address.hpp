// The addresses that a config gives the service.
#pragma once

#include <string_view>

namespace millrace::app {

/// Whether links can begin with it: http or https, a host, perhaps a port and a path; no user, query or fragment.
bool is_base_url(std::string_view url);

/// Whether its host is the machine that asks: such a URL is of no use to others.
bool is_loopback(std::string_view url);

/// Whether it is an IPv4 or IPv6 address or may be the name of a host.
bool is_host(std::string_view host);

}  // namespace millrace::app
