// Text to syntax tree: the September 2025 grammar, errors in graphql-js's words.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "graphql/language/ast.hpp"
#include "graphql/language/source.hpp"

namespace millrace::graphql {

struct ParseOptions {
  std::size_t tokens_max = 100'000;  // "Document contains more than N tokens. Parsing aborted.", with the code graphql.tokens
  std::size_t depth_max = 200;       // nested selection sets, values and list types; the parser itself is recursive: graphql.depth
};

/// Parses a document of any definitions. The text must outlive the tree. On failure the one "Syntax Error: ..." with its location.
std::expected<Document, GraphqlError> parse(std::string_view text, ParseOptions options = {});

/// The error of parse() for a text of too many tokens, found without making a node: a token costs many times its size as one. A name of
/// hundreds of bytes counts as several. Nothing when there are not too many, or when the text goes wrong before.
std::optional<GraphqlError> too_many_tokens(std::string_view text, const ParseOptions& options);

/// The characters that a string literal stands for (2.9.4), block strings dedented. Requires: kind string.
std::string string_value(const Value& value);

/// A string literal that stands for these characters; a block string where they can stand in one and that is wanted.
std::string print_string(std::string_view characters, bool prefers_block = false);

/// A value literal, or a type reference, as graphql-js prints it.
std::string print(const Value& value);
std::string print(const TypeReference& type);
/// A value literal in a message: what is over 4096 bytes is cut, since there may be a message for each part of a large value.
std::string print_for_message(const Value& value);

}  // namespace millrace::graphql
