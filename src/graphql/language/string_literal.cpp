// What string literals stand for (2.9.4). The lexer has checked every escape.
#include <charconv>

#include "base/result.hpp"
#include "graphql/language/block_string.hpp"
#include "graphql/language/code_point.hpp"
#include "graphql/language/parser.hpp"

namespace millrace::graphql {
namespace {

std::uint32_t hexadecimal(std::string_view digits) {
  std::uint32_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return number;
}

/// The character of a \u escape; `rest` begins at its backslash and is moved behind it.
std::uint32_t take_unicode_escape(std::string_view& rest) {
  if (rest[2] == '{') {
    std::size_t end = rest.find('}');
    std::uint32_t number = hexadecimal(rest.substr(3, end - 3));
    rest.remove_prefix(end + 1);
    return number;
  }
  std::uint32_t number = hexadecimal(rest.substr(2, 4));
  rest.remove_prefix(6);
  if (is_scalar_value(number)) return number;
  std::uint32_t trailing = hexadecimal(rest.substr(2, 4));
  rest.remove_prefix(6);
  return 0x10000 + ((number - 0xd800) << 10) + (trailing - 0xdc00);
}

char simple_escape(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;  // a quote, a backslash or a slash
  }
}

}  // namespace

std::string string_value(const Value& value) {
  CHECK(value.kind == ValueKind::string);
  if (value.block) return block_string_value(value.text);
  std::string out;
  std::string_view rest = value.text;
  for (std::size_t at = rest.find('\\'); at != std::string_view::npos; at = rest.find('\\')) {
    out.append(rest.substr(0, at));
    rest.remove_prefix(at);
    if (rest[1] == 'u') {
      append_utf8(out, take_unicode_escape(rest));
    } else {
      out += simple_escape(rest[1]);
      rest.remove_prefix(2);
    }
  }
  return out.append(rest);
}

}  // namespace millrace::graphql
