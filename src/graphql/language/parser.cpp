#include "graphql/language/parser.hpp"

#include "graphql/language/grammar.hpp"
#include "graphql/language/type_keyword.hpp"

namespace millrace::graphql {

/// 2.2 Document
void Grammar::document(Document& out) {
  out.source = text();
  do {
    definition(out);
  } while (!failed() && !peek(TokenKind::end));
}

/// 2.2 Definition
void Grammar::definition(Document& out) {
  if (peek(TokenKind::brace_left)) return operation(add(out, Document::DefinitionKind::operation, out.operations));
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
    operation(add(out, Document::DefinitionKind::operation, out.operations));
  } else if (keyword == "fragment") {
    fragment_definition(add(out, Document::DefinitionKind::fragment, out.fragments));
  } else if (keyword == "schema") {
    schema_definition(add(out, Document::DefinitionKind::schema, out.schemas));
  } else if (keyword == "directive") {
    directive_definition(add(out, Document::DefinitionKind::directive, out.directives));
  } else if (type_keyword(keyword)) {
    type_definition(add(out, Document::DefinitionKind::type, out.types));
  } else {
    return false;
  }
  return true;
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

}  // namespace millrace::graphql
