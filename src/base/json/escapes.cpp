#include "base/json/escapes.hpp"

#include <algorithm>

namespace millrace::json {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char32_t short_escape(char c) {
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return static_cast<unsigned char>(c);  // the quote, the backslash and the slash stand for themselves
  }
}

bool is_high_surrogate(char32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}

}  // namespace

void append_utf8(std::string& out, char32_t code_point) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code_point >> shift) & 0x3F)); };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xC0 | (code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xE0 | (code_point >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

int hex4(const char* digits) {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(digits[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

char32_t take_escape(std::string_view& text) {
  if (text[1] != 'u') {
    const char32_t result = short_escape(text[1]);
    text.remove_prefix(2);
    return result;
  }
  const auto first = static_cast<char32_t>(hex4(text.data() + 2));
  text.remove_prefix(6);
  if (!is_high_surrogate(first)) return first;
  const auto second = static_cast<char32_t>(hex4(text.data() + 2));
  text.remove_prefix(6);
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

void append_unescaped(std::string& out, std::string_view raw) {
  while (!raw.empty()) {
    const std::size_t run = std::min(raw.find('\\'), raw.size());
    out.append(raw.substr(0, run));
    raw.remove_prefix(run);
    if (!raw.empty()) append_utf8(out, take_escape(raw));
  }
}

}  // namespace millrace::json
