#include "graphql/language/parser.hpp"

#include <fmt/format.h>

#include "graphql/language/grammar.hpp"
#include "graphql/language/type_keyword.hpp"

namespace millrace::graphql {

/// 2.2 Document
void Grammar::document(Document& out) {
  out.source = text();
  do {
    definition(out);
  } while (!failed() && !peek(TokenKind::end));
  out.arena = std::move(arena_);
}

/// 2.2 Definition
void Grammar::definition(Document& out) {
  if (peek(TokenKind::brace_left)) return operation(add(out, DefinitionKind::operation, out.operations));
  bool is_described = peek_description();
  Token keyword = is_described ? lookahead() : token();
  if (failed()) return;
  if (is_described && keyword.kind == TokenKind::brace_left)
    return fail(begin(), "Unexpected description, descriptions are not supported on shorthand queries.");
  if (keyword.kind != TokenKind::name) return unexpected(keyword);
  if (definition_of(out, text_of(keyword))) return;
  if (is_described) return fail(begin(), "Unexpected description, only GraphQL definitions support descriptions.");
  if (text_of(keyword) == "extend") return extension(out);
  unexpected(keyword);
}

/// Reads the definition that the keyword begins; false when it begins none that may have a description.
bool Grammar::definition_of(Document& out, std::string_view keyword) {
  if (keyword == "query" || keyword == "mutation" || keyword == "subscription") {
    operation(add(out, DefinitionKind::operation, out.operations));
  } else if (keyword == "fragment") {
    const auto number = static_cast<std::uint32_t>(out.fragments.size());
    FragmentDefinition& fragment = add(out, DefinitionKind::fragment, out.fragments);
    fragment.number = number;
    fragment_definition(fragment);
  } else if (keyword == "schema") {
    schema_definition(add(out, DefinitionKind::schema, out.schemas));
  } else if (keyword == "directive") {
    directive_definition(add(out, DefinitionKind::directive, out.directives));
  } else if (type_keyword(keyword)) {
    type_definition(add(out, DefinitionKind::type, out.types));
  } else {
    return false;
  }
  return true;
}

GraphqlError token_limit_error(std::size_t tokens_max, SourceLocation location) {
  return {fmt::format("Syntax Error: Document contains more than {} tokens. Parsing aborted.", tokens_max), {location}, "graphql.tokens"};
}

std::expected<Document, GraphqlError> parse(std::string_view text, ParseOptions options) {
  // Nodes hold offsets of 32 bits.
  if (text.size() > UINT32_MAX) return std::unexpected(GraphqlError{"Syntax Error: Document is larger than 4 GiB."});
  Grammar grammar(text, options);
  Document document;
  grammar.document(document);
  if (grammar.failed()) return std::unexpected(grammar.error());
  return document;
}

/// A name counts once more for so many bytes: messages quote what no schema has.
constexpr std::uint32_t kNameBytes = 100;

std::optional<GraphqlError> too_many_tokens(std::string_view text, const ParseOptions& options) {
  if (text.size() <= options.tokens_max || text.size() > UINT32_MAX) return std::nullopt;
  Lexer lexer(text);
  Token token;
  std::size_t count = 0;
  while (count <= options.tokens_max) {
    token = lexer.read(token.end);
    if (token.kind == TokenKind::end || token.kind == TokenKind::error) return std::nullopt;
    count += token.kind == TokenKind::name ? 1 + (token.end - token.begin) / kNameBytes : 1;
  }
  return token_limit_error(options.tokens_max, location_at(text, token.begin));
}

}  // namespace millrace::graphql
