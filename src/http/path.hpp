// Paths of requests.
#pragma once

#include <string>
#include <string_view>

namespace millrace::http {

/// Undoes the escapes of characters that need none: a path with `%61` is the same path as with `a` (RFC 3986, section 6.2.2.2). Whether
/// there was one; then `normal` is the path without.
bool normalize_path(std::string_view path, std::string& normal);

}  // namespace millrace::http
