// Who a URL addresses: host and port (RFC 3986, section 3.2).
#pragma once

#include <string_view>

namespace millrace::http {

/// Whether it is uri-host [":" port], as a Host header has it: no user, and an IPv6 address in brackets.
bool is_authority(std::string_view text);

}  // namespace millrace::http
