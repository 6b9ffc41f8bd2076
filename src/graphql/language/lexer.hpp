// Text to tokens (specification 2.1). Reads one token at a time and decodes nothing; strings are checked, so that what a token spans is
// known to be good.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::graphql {

enum class TokenKind : std::uint8_t {
  end,
  error,  // the text is no GraphQL from here on; Lexer::problem() says why
  bang,
  dollar,
  ampersand,
  paren_left,
  paren_right,
  spread,
  colon,
  equals,
  at,
  bracket_left,
  bracket_right,
  brace_left,
  pipe,
  brace_right,
  name,
  integer,
  floating,
  string,
  block_string,
};

/// Offsets into the text, quotes included.
struct Token {
  TokenKind kind = TokenKind::end;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// The characters of a string or block string token between its quotes.
std::string_view between_quotes(std::string_view text, const Token& token);

/// A kind as messages show it: `"{"`, `Name`, `<EOF>`.
std::string_view token_kind_name(TokenKind kind);

class Lexer {
 public:
  /// Where and why the text is wrong, without the words "Syntax Error: ".
  struct LexicalProblem {
    std::uint32_t offset = 0;
    std::string message;
  };

  /// The text must outlive the lexer. Requires: less than 4 GiB.
  explicit Lexer(std::string_view text) : text_(text) {}

  /// The first token at or after `offset`, white space, commas and comments passed over.
  Token read(std::uint32_t offset);
  /// Requires: read() gave an error.
  const LexicalProblem& problem() const { return problem_; }

 private:
  std::uint32_t skip_ignored(std::uint32_t at) const;
  std::uint32_t skip_comment(std::uint32_t at) const;
  Token read_dots(std::uint32_t begin);
  Token read_name(std::uint32_t begin) const;
  Token read_number(std::uint32_t begin);
  bool read_digits(std::uint32_t& at);
  Token read_string(std::uint32_t begin);
  bool read_escape(std::uint32_t& at);
  bool read_braced_escape(std::uint32_t& at);
  bool read_fixed_escape(std::uint32_t& at);
  std::int32_t hexadecimal(std::uint32_t at) const;
  Token read_block_string(std::uint32_t begin);
  bool read_character(std::uint32_t& at);
  Token unexpected_character(std::uint32_t at);

  char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  bool starts_with(std::uint32_t offset, std::string_view expected) const { return text_.substr(offset, expected.size()) == expected; }
  std::string character_name(std::uint32_t offset) const;
  std::string_view excerpt(std::uint32_t offset, std::uint32_t units) const;
  bool refuse(std::uint32_t offset, std::string message);
  Token error_token() const { return {TokenKind::error, problem_.offset, problem_.offset}; }

  std::string_view text_;
  LexicalProblem problem_;
};

}  // namespace millrace::graphql
