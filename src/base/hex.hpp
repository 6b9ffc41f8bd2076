// Numbers as hexadecimal digits, in lower case.
#pragma once

#include <cstdint>
#include <string>

namespace millrace {

/// Appends the lowest `digits` of a number, with zeros in front. Requires: at most 16.
inline void append_hex(std::string& out, std::uint64_t value, int digits = 16) {
  char text[16];
  for (int i = digits; i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
  out.append(text, static_cast<std::size_t>(digits));
}

}  // namespace millrace
