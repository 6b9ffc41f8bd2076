// Characters of a UTF-8 text, for readers that must name a bad one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::graphql {

/// One character: its code point, how many bytes it takes, and whether they are UTF-8 of a Unicode scalar value. A surrogate that was
/// encoded as if it were a character gives its number; any other wrong byte gives U+FFFD. Both are not valid.
struct CodePoint {
  std::uint32_t number = 0;
  std::uint32_t size = 1;
  bool valid = true;
};

/// The character at `offset`. Requires: offset < text.size().
CodePoint code_point_at(std::string_view text, std::size_t offset);

/// Appends the character as UTF-8. Requires: a scalar value.
void append_utf8(std::string& out, std::uint32_t code_point);

inline bool is_scalar_value(std::uint32_t number) {
  return number < 0xd800 || (number >= 0xe000 && number <= 0x10ffff);
}

}  // namespace millrace::graphql
