// JSON Pointer (RFC 6901).
#pragma once

#include <string>
#include <string_view>

namespace millrace::json {

/// Appends a slash and the member's name, with ~ and / escaped.
inline void append_pointer_token(std::string& out, std::string_view member) {
  out += '/';
  for (const char c : member) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
}

}  // namespace millrace::json
