// What HOCON calls white space, and which characters an unquoted string may not hold.
#pragma once

#include <cstddef>
#include <string_view>

namespace millrace::hocon {

/// The number of bytes of the code point at the start of `text`, or 0 when they are not UTF-8. Requires: not empty.
std::size_t code_point_bytes(std::string_view text);

/// The offset of the first byte that is not UTF-8; npos when all is.
std::size_t invalid_utf8(std::string_view text);

/// The number of bytes of the white space character at the start of `text`, or 0 when there is none. A newline is not white space here.
std::size_t space_bytes(std::string_view text);

/// Whether the character has a meaning of its own and cannot be part of an unquoted string.
bool is_reserved(char c);

/// The text without white space and newlines at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace millrace::hocon
