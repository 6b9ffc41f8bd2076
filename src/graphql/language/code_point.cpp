#include "graphql/language/code_point.hpp"

namespace millrace::graphql {
namespace {

constexpr CodePoint kWrongByte{0xfffd, 1, false};

/// How many bytes a character has that starts with this one; 0 when none does.
std::uint32_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

std::uint32_t smallest_of_length(std::uint32_t length) {
  return length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t offset) {
  auto first = static_cast<unsigned char>(text[offset]);
  std::uint32_t length = length_of(first);
  if (length == 1) return {first, 1, true};
  if (length == 0 || text.size() - offset < length) return kWrongByte;
  std::uint32_t number = first & (0xffu >> (length + 1));
  for (std::uint32_t i = 1; i < length; ++i) {
    auto next = static_cast<unsigned char>(text[offset + i]);
    if ((next & 0xc0) != 0x80) return kWrongByte;
    number = number << 6 | (next & 0x3f);
  }
  if (number < smallest_of_length(length) || number > 0x10ffff) return kWrongByte;
  return {number, length, is_scalar_value(number)};
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  auto tail = [&](int shift) { byte(0x80 | (code_point >> shift & 0x3f)); };
  if (code_point < 0x80) return byte(code_point);
  if (code_point < 0x800) return byte(0xc0 | code_point >> 6), tail(0);
  if (code_point < 0x10000) return byte(0xe0 | code_point >> 12), tail(6), tail(0);
  byte(0xf0 | code_point >> 18), tail(12), tail(6), tail(0);
}

}  // namespace millrace::graphql
