#include "document/canonical_string.hpp"

#include <algorithm>

namespace millrace::document {
namespace {

/// The characters between the quotes when none of them is escaped.
bool is_plain(std::string_view quoted) {
  return quoted.find('\\') == std::string_view::npos;
}

std::string_view inside(std::string_view quoted) {
  return quoted.substr(1, quoted.size() - 2);
}

int hex_digit(char digit) {
  return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

}  // namespace

int StringBytes::next_escaped() {
  const char kind = at_[1];
  if (kind == 'u') {
    const int byte = hex_digit(at_[4]) * 16 + hex_digit(at_[5]);
    at_ += 6;
    return byte;
  }
  at_ += 2;
  switch (kind) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return kind;  // the quote and the backslash stand for themselves
  }
}

std::strong_ordering compare_strings(std::string_view a, std::string_view b) {
  if (is_plain(a) && is_plain(b)) return inside(a).compare(inside(b)) <=> 0;
  StringBytes left(a);
  StringBytes right(b);
  while (true) {
    const int x = left.next();
    const int y = right.next();
    if (x != y) return x <=> y;
    if (x == StringBytes::kEnd) return std::strong_ordering::equal;
  }
}

bool append_string_bytes(std::string& out, std::string_view quoted, std::size_t bytes_max) {
  if (is_plain(quoted)) {
    out += inside(quoted).substr(0, bytes_max);
    return quoted.size() - 2 <= bytes_max;
  }
  StringBytes bytes(quoted);
  for (std::size_t left = bytes_max; left > 0; --left) {
    const int byte = bytes.next();
    if (byte == StringBytes::kEnd) return true;
    out += static_cast<char>(byte);
  }
  return bytes.next() == StringBytes::kEnd;
}

}  // namespace millrace::document
