#include "graphql/language/lexer.hpp"

#include <fmt/format.h>

#include "graphql/language/character_class.hpp"
#include "graphql/language/code_point.hpp"

namespace millrace::graphql {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kTripleQuote = "\"\"\"";

/// -1 for what is no digit: "or" it into a number and the number stays negative.
std::int32_t hexadecimal_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool is_leading_surrogate(std::int32_t code) {
  return code >= 0xd800 && code <= 0xdbff;
}

bool is_trailing_surrogate(std::int32_t code) {
  return code >= 0xdc00 && code <= 0xdfff;
}

}  // namespace

std::string_view between_quotes(std::string_view text, const Token& token) {
  std::uint32_t quotes = token.kind == TokenKind::block_string ? 3 : 1;
  return text.substr(token.begin + quotes, token.end - token.begin - 2 * quotes);
}

std::string_view token_kind_name(TokenKind kind) {
  constexpr std::string_view kNames[] = {"<EOF>",   "<error>", "\"!\"", "\"$\"", "\"&\"", "\"(\"",  "\")\"",
                                         "\"...\"", "\":\"",   "\"=\"", "\"@\"", "\"[\"", "\"]\"",  "\"{\"",
                                         "\"|\"",   "\"}\"",   "Name",  "Int",   "Float", "String", "BlockString"};
  return kNames[static_cast<std::size_t>(kind)];
}

Token Lexer::read(std::uint32_t offset) {
  std::uint32_t begin = skip_ignored(offset);
  if (begin >= text_.size()) return {TokenKind::end, begin, begin};
  char first = text_[begin];
  switch (class_of(first)) {
    case CharacterClass::punctuator: return {kCharacters.punctuators[static_cast<unsigned char>(first)], begin, begin + 1};
    case CharacterClass::name_start: return read_name(begin);
    case CharacterClass::digit:
    case CharacterClass::minus: return read_number(begin);
    case CharacterClass::quote: return starts_with(begin, kTripleQuote) ? read_block_string(begin) : read_string(begin);
    case CharacterClass::dot: return read_dots(begin);
    default: return unexpected_character(begin);
  }
}

std::uint32_t Lexer::skip_ignored(std::uint32_t at) const {
  while (at < text_.size()) {
    CharacterClass kind = class_of(text_[at]);
    if (kind == CharacterClass::ignored) {
      ++at;
    } else if (kind == CharacterClass::comment) {
      at = skip_comment(at);
    } else if (starts_with(at, kByteOrderMark)) {
      at += kByteOrderMark.size();
    } else {
      break;
    }
  }
  return at;
}

/// A wrong character ends the comment and is refused as what follows it.
std::uint32_t Lexer::skip_comment(std::uint32_t at) const {
  while (at < text_.size() && text_[at] != '\n' && text_[at] != '\r') {
    CodePoint character = code_point_at(text_, at);
    if (!character.valid) break;
    at += character.size;
  }
  return at;
}

Token Lexer::read_dots(std::uint32_t begin) {
  if (starts_with(begin, "...")) return {TokenKind::spread, begin, begin + 3};
  if (at(begin + 1) == '.') {
    refuse(begin, "Unexpected \"..\", did you mean \"...\"?");
  } else if (is_digit(at(begin + 1))) {
    std::uint32_t end = begin + 1;
    read_digits(end);
    refuse(begin, fmt::format("Invalid number, expected digit before \".\", did you mean \"0{}\"?", text_.substr(begin, end - begin)));
  } else {
    return unexpected_character(begin);
  }
  return error_token();
}

Token Lexer::read_name(std::uint32_t begin) const {
  std::uint32_t end = begin + 1;
  while (end < text_.size() && continues_name(text_[end])) ++end;
  return {TokenKind::name, begin, end};
}

/// IntValue (2.9.1), FloatValue (2.9.2).
Token Lexer::read_number(std::uint32_t begin) {
  std::uint32_t end = begin;
  TokenKind kind = TokenKind::integer;
  if (at(end) == '-') ++end;
  if (at(end) == '0') {
    ++end;
    if (is_digit(at(end))) {
      refuse(end, fmt::format("Invalid number, unexpected digit after 0: {}.", character_name(end)));
      return error_token();
    }
  } else if (!read_digits(end)) {
    return error_token();
  }
  if (at(end) == '.') {
    kind = TokenKind::floating;
    if (!read_digits(++end)) return error_token();
  }
  if (at(end) == 'e' || at(end) == 'E') {
    kind = TokenKind::floating;
    ++end;
    if (at(end) == '+' || at(end) == '-') ++end;
    if (!read_digits(end)) return error_token();
  }
  if (at(end) == '.' || class_of(at(end)) == CharacterClass::name_start) {
    refuse(end, fmt::format("Invalid number, expected digit but got: {}.", character_name(end)));
    return error_token();
  }
  return {kind, begin, end};
}

bool Lexer::read_digits(std::uint32_t& end) {
  if (!is_digit(at(end))) return refuse(end, fmt::format("Invalid number, expected digit but got: {}.", character_name(end)));
  while (is_digit(at(end))) ++end;
  return true;
}

/// StringValue (2.9.4) in single quotes.
Token Lexer::read_string(std::uint32_t begin) {
  std::uint32_t end = begin + 1;
  while (end < text_.size()) {
    char c = text_[end];
    if (c == '"') return {TokenKind::string, begin, end + 1};
    if (c == '\n' || c == '\r') break;
    if (!(c == '\\' ? read_escape(end) : read_character(end))) return error_token();
  }
  refuse(end, "Unterminated string.");
  return error_token();
}

bool Lexer::read_character(std::uint32_t& end) {
  CodePoint character = code_point_at(text_, end);
  if (!character.valid) return refuse(end, fmt::format("Invalid character within String: {}.", character_name(end)));
  end += character.size;
  return true;
}

bool Lexer::read_escape(std::uint32_t& end) {
  char kind = at(end + 1);
  if (kind == 'u') return at(end + 2) == '{' ? read_braced_escape(end) : read_fixed_escape(end);
  constexpr std::string_view kEscapes = "\"\\/bfnrt";
  if (kind == '\0' || kEscapes.find(kind) == std::string_view::npos)
    return refuse(end, fmt::format("Invalid character escape sequence: \"{}\".", excerpt(end, 2)));
  end += 2;
  return true;
}

/// \u{1F600}: one to eight digits of a scalar value.
bool Lexer::read_braced_escape(std::uint32_t& end) {
  std::uint32_t size = 3;
  std::uint32_t number = 0;
  while (size < 12) {
    char c = at(end + size++);
    if (c == '}') {
      if (size < 5 || !is_scalar_value(number)) break;
      end += size;
      return true;
    }
    std::int32_t digit = hexadecimal_digit(c);
    if (digit < 0 || number >= 0x08000000) break;
    number = number << 4 | static_cast<std::uint32_t>(digit);
  }
  return refuse(end, fmt::format("Invalid Unicode escape sequence: \"{}\".", excerpt(end, size)));
}

/// \u00e9, or a pair of surrogates \ud83d\ude00.
bool Lexer::read_fixed_escape(std::uint32_t& end) {
  std::int32_t code = hexadecimal(end + 2);
  if (code >= 0 && is_scalar_value(static_cast<std::uint32_t>(code))) {
    end += 6;
    return true;
  }
  bool is_pair = is_leading_surrogate(code) && at(end + 6) == '\\' && at(end + 7) == 'u' && is_trailing_surrogate(hexadecimal(end + 8));
  if (!is_pair) return refuse(end, fmt::format("Invalid Unicode escape sequence: \"{}\".", excerpt(end, 6)));
  end += 12;
  return true;
}

std::int32_t Lexer::hexadecimal(std::uint32_t begin) const {
  std::int32_t code = 0;
  for (std::uint32_t i = 0; i < 4; ++i) {
    std::int32_t digit = hexadecimal_digit(at(begin + i));
    if (digit < 0) return -1;
    code = code << 4 | digit;
  }
  return code;
}

Token Lexer::read_block_string(std::uint32_t begin) {
  std::uint32_t end = begin + 3;
  while (end < text_.size()) {
    if (text_[end] == '"' && starts_with(end, kTripleQuote)) return {TokenKind::block_string, begin, end + 3};
    if (text_[end] == '\\' && starts_with(end + 1, kTripleQuote)) {
      end += 4;
    } else if (!read_character(end)) {
      return error_token();
    }
  }
  refuse(end, "Unterminated string.");
  return error_token();
}

Token Lexer::unexpected_character(std::uint32_t offset) {
  if (text_[offset] == '\'') {
    refuse(offset, "Unexpected single quote character ('), did you mean to use a double quote (\")?");
  } else {
    std::string_view what = code_point_at(text_, offset).valid ? "Unexpected" : "Invalid";
    refuse(offset, fmt::format("{} character: {}.", what, character_name(offset)));
  }
  return error_token();
}

/// A character as messages show it: "x" in quotes when it is printable ASCII, else U+00E9.
std::string Lexer::character_name(std::uint32_t offset) const {
  if (offset >= text_.size()) return "<EOF>";
  std::uint32_t number = code_point_at(text_, offset).number;
  if (number == '"') return "'\"'";
  if (number >= 0x20 && number <= 0x7e) return fmt::format("\"{}\"", static_cast<char>(number));
  return fmt::format("U+{:04X}", number);
}

/// So many UTF-16 code units from `offset` on, whole characters always.
std::string_view Lexer::excerpt(std::uint32_t offset, std::uint32_t units) const {
  std::uint32_t end = offset;
  for (std::uint32_t count = 0; count < units && end < text_.size();) {
    std::uint32_t size = code_point_at(text_, end).size;
    count += size == 4 ? 2 : 1;
    end += size;
  }
  return text_.substr(offset, end - offset);
}

bool Lexer::refuse(std::uint32_t offset, std::string message) {
  problem_ = {offset, std::move(message)};
  return false;
}

}  // namespace millrace::graphql
