// What a byte can begin or continue (specification 2.1), by table.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "graphql/language/lexer.hpp"

namespace millrace::graphql {

enum class CharacterClass : std::uint8_t { other, ignored, comment, punctuator, dot, name_start, digit, minus, quote };

struct CharacterTable {
  std::array<CharacterClass, 256> classes{};
  std::array<TokenKind, 256> punctuators{};
  std::array<bool, 256> continues_name{};
};

constexpr CharacterTable make_character_table() {
  CharacterTable table;
  auto assign = [&table](std::string_view characters, CharacterClass value) {
    for (char c : characters) table.classes[static_cast<unsigned char>(c)] = value;
  };
  assign(" \t\n\r,", CharacterClass::ignored);
  assign("#", CharacterClass::comment);
  assign("!$&():=@[]{|}", CharacterClass::punctuator);
  assign(".", CharacterClass::dot);
  assign("-", CharacterClass::minus);
  assign("\"", CharacterClass::quote);
  assign("0123456789", CharacterClass::digit);
  assign("ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz", CharacterClass::name_start);
  constexpr std::string_view kPunctuators = "!$&():=@[]{|}";
  constexpr TokenKind kKinds[] = {TokenKind::bang,         TokenKind::dollar,        TokenKind::ampersand,  TokenKind::paren_left,
                                  TokenKind::paren_right,  TokenKind::colon,         TokenKind::equals,     TokenKind::at,
                                  TokenKind::bracket_left, TokenKind::bracket_right, TokenKind::brace_left, TokenKind::pipe,
                                  TokenKind::brace_right};
  for (std::size_t i = 0; i < kPunctuators.size(); ++i) table.punctuators[static_cast<unsigned char>(kPunctuators[i])] = kKinds[i];
  for (std::size_t i = 0; i < 256; ++i)
    table.continues_name[i] = table.classes[i] == CharacterClass::name_start || table.classes[i] == CharacterClass::digit;
  return table;
}

inline constexpr CharacterTable kCharacters = make_character_table();

inline CharacterClass class_of(char c) {
  return kCharacters.classes[static_cast<unsigned char>(c)];
}
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool continues_name(char c) {
  return kCharacters.continues_name[static_cast<unsigned char>(c)];
}

}  // namespace millrace::graphql
