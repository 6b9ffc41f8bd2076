// Text to tokens, one at a time. White space and comments between tokens are skipped; what stood before a token on its line is kept, since
// it is part of a concatenated string. A character that fits nowhere is reported once and gives an invalid token.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hocon/problems.hpp"
#include "hocon/tree.hpp"

namespace millrace::hocon {

enum class TokenKind : std::uint8_t {
  end,
  newline,
  comma,
  colon,
  equals,
  plus_equals,
  open_curly,
  close_curly,
  open_square,
  close_square,
  open_substitution,           // ${
  open_optional_substitution,  // ${?
  quoted,
  unquoted,
  number,
  boolean,
  null,
  invalid,  // reported already
};

struct Token {
  TokenKind kind = TokenKind::end;
  Spot spot;
  std::string text;        // of a simple value: its characters, escapes decoded
  std::string_view blank;  // white space just before it, on its line

  /// Whether it is a part of a string: quoted, unquoted, a number, a boolean or null.
  bool is_simple() const { return kind >= TokenKind::quoted && kind <= TokenKind::null; }
};

/// The token as a message names it.
std::string description(const Token& token);

class Lexer {
 public:
  /// `text` and `file` outlive the lexer. Requires: valid UTF-8.
  Lexer(std::string_view text, const std::string* file, Problems& problems) : text_(text), file_(file), problems_(problems) {}

  Token next();

  /// What comes after the last token; for include, whose argument is not made of tokens.
  std::string_view rest() const { return text_.substr(at_); }
  Spot spot() const { return {file_, line_, static_cast<std::uint32_t>(at_ - line_start_ + 1)}; }
  void skip(std::size_t bytes) { at_ += bytes; }
  /// Over white space, comments and newlines.
  void skip_blank_lines();
  /// The characters of the quoted string that starts here. Requires: rest() starts with a quote.
  std::optional<std::string> read_quoted();
  /// To the end of the text: nothing more is read, and what is missing then is not worth a word.
  void stop() {
    at_ = text_.size();
    is_stopped_ = true;
  }
  bool is_stopped() const { return is_stopped_; }

 private:
  std::string_view skip_blank();
  void start_line();
  bool is_symbol(Token& token);
  void read_number(Token& token);
  void read_unquoted(Token& token);
  std::optional<std::string> read_triple_quoted();
  std::optional<std::size_t> string_end();

  std::string_view text_;
  const std::string* file_;
  Problems& problems_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
  bool is_stopped_ = false;
};

}  // namespace millrace::hocon
