#include "graphql/language/token_stream.hpp"

#include <fmt/format.h>

namespace millrace::graphql {

bool TokenStream::accept(TokenKind kind) {
  if (!peek(kind)) return false;
  advance();
  return true;
}

bool TokenStream::accept_keyword(std::string_view word) {
  if (!peek_keyword(word)) return false;
  advance();
  return true;
}

bool TokenStream::expect(TokenKind kind) {
  if (accept(kind)) return true;
  if (!failed()) fail(token_.begin, fmt::format("Expected {}, found {}.", token_kind_name(kind), describe(token_)));
  return false;
}

bool TokenStream::expect_keyword(std::string_view word) {
  if (accept_keyword(word)) return true;
  if (!failed()) fail(token_.begin, fmt::format("Expected \"{}\", found {}.", word, describe(token_)));
  return false;
}

void TokenStream::advance() {
  if (failed()) return;
  last_end_ = token_.end;
  token_ = lexer_.read(token_.end);
  if (token_.kind == TokenKind::error) return fail_lexically();
  if (token_.kind == TokenKind::end || ++tokens_ <= options_.tokens_max) return;
  error_ = token_limit_error(options_.tokens_max, location_at(text_, token_.begin));
  token_.kind = TokenKind::error;
}

Token TokenStream::lookahead() {
  if (failed()) return token_;
  Token next = lexer_.read(token_.end);
  if (next.kind == TokenKind::error) fail_lexically();
  return next;
}

void TokenStream::unexpected(const Token& token) {
  if (!failed()) fail(token.begin, fmt::format("Unexpected {}.", describe(token)));
}

void TokenStream::fail(std::uint32_t offset, std::string_view description, std::string_view code) {
  if (!error_.message.empty()) return;
  error_ = {fmt::format("Syntax Error: {}", description), {location_at(text_, offset)}, code};
  token_.kind = TokenKind::error;
}

void TokenStream::fail_lexically() {
  fail(lexer_.problem().offset, lexer_.problem().message);
}

std::string TokenStream::describe(const Token& token) const {
  std::string_view kind = token_kind_name(token.kind);
  if (token.kind < TokenKind::name) return std::string(kind);
  if (token.kind < TokenKind::string) return fmt::format("{} \"{}\"", kind, text_of(token));
  Value value;
  value.kind = ValueKind::string;
  value.block = token.kind == TokenKind::block_string;
  value.text = between_quotes(text_, token);
  return fmt::format("{} \"{}\"", kind, string_value(value));
}

bool TokenStream::enter() {
  if (++depth_ <= options_.depth_max) return true;
  fail(token_.begin, fmt::format("Document is nested deeper than {} levels. Parsing aborted.", options_.depth_max), "graphql.depth");
  return false;
}

}  // namespace millrace::graphql
