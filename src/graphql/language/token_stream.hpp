// The current token of a text, and the one error that ends a parse.
//
// There are no exceptions: the first failure is kept and turns the current token into `error`, which no rule of the grammar accepts, so
// that all loops end. Nothing later replaces it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "graphql/language/ast.hpp"
#include "graphql/language/lexer.hpp"
#include "graphql/language/parser.hpp"
#include "graphql/language/source.hpp"

namespace millrace::graphql {

/// "Syntax Error: Document contains more than N tokens. Parsing aborted."
GraphqlError token_limit_error(std::size_t tokens_max, SourceLocation location);

class TokenStream {
 public:
  TokenStream(std::string_view text, ParseOptions options) : text_(text), options_(options), lexer_(text) { advance(); }

  bool failed() const { return token_.kind == TokenKind::error; }
  /// Requires: failed().
  const GraphqlError& error() const { return error_; }

 protected:
  bool peek(TokenKind kind) const { return token_.kind == kind; }
  bool peek_keyword(std::string_view word) const { return peek(TokenKind::name) && text_of(token_) == word; }
  /// Passes over the token when it is of this kind.
  bool accept(TokenKind kind);
  bool accept_keyword(std::string_view word);
  /// The same, and fails when it is not.
  bool expect(TokenKind kind);
  bool expect_keyword(std::string_view word);
  void advance();
  /// The token after this one.
  Token lookahead();

  /// `Unexpected Name "foo".`
  void unexpected(const Token& token);
  void fail(std::uint32_t offset, std::string_view description, std::string_view code = {});
  /// A token as messages show it: `Name "foo"`.
  std::string describe(const Token& token) const;

  const Token& token() const { return token_; }
  std::string_view text() const { return text_; }
  std::string_view text_of(const Token& token) const { return text_.substr(token.begin, token.end - token.begin); }
  std::uint32_t begin() const { return token_.begin; }
  /// Where the token before this one ends.
  std::uint32_t last_end() const { return last_end_; }

  /// Holds one level of nesting while it lives; false when that is one too many, and the parse has failed.
  class Level {
   public:
    explicit Level(TokenStream& stream) : stream_(stream), is_fine_(stream.enter()) {}
    ~Level() { --stream_.depth_; }
    Level(const Level&) = delete;
    explicit operator bool() const { return is_fine_; }

   private:
    TokenStream& stream_;
    bool is_fine_;
  };

 private:
  bool enter();
  void fail_lexically();

  std::string_view text_;
  ParseOptions options_;
  Lexer lexer_;
  Token token_;
  std::uint32_t last_end_ = 0;
  std::size_t tokens_ = 0;
  std::size_t depth_ = 0;
  GraphqlError error_;
};

}  // namespace millrace::graphql
