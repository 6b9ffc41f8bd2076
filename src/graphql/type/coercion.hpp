// Input coercion (specification 3.5 to 3.12 "Input Coercion", 6.1.2): JSON variables and value literals become canonical JSON of their
// type; what does not fit is an error in graphql-js's words.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/document.hpp"
#include "graphql/language/ast.hpp"
#include "graphql/language/source.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// The coerced variables of a request: canonical JSON by name; a variable without value and default is not there.
using Variables = TextMap<std::string>;

/// 6.1.2 CoerceVariableValues. `provided` is the request's variables object, or null when it has none. Every error that there is, up to 50;
/// then "Too many errors processing variables, error limit reached. Execution aborted."
std::expected<Variables, std::vector<GraphqlError>> coerce_variables(const Schema& schema, const OperationDefinition& operation,
                                                                     const json::Value* provided, std::string_view source);

/// A literal as canonical JSON of `type`, with variables put in; nothing when it does not fit, or is a variable that has no value.
std::optional<std::string> coerce_literal(const Value& value, const TypeRef& type, const Variables& variables);

/// A JSON value (of a variable) as canonical JSON of `type`; defaults of input fields filled in. On failure the reasons, each with the
/// path below the value, at most kCoercionProblemsMax of them.
inline constexpr std::size_t kCoercionProblemsMax = 51;
struct CoercionProblem {
  std::string path;  // "" for the value itself, else ".a[0].b"
  std::string message;
};
std::expected<std::string, std::vector<CoercionProblem>> coerce_json(const json::Value& value, const TypeRef& type);

/// Result coercion of a leaf (3.5): canonical JSON of the scalar or enum for a canonical JSON value; the error's message, in graphql-js's
/// words, when the value cannot be one.
std::expected<void, std::string> append_leaf(std::string& out, const Type& type, std::string_view value);

}  // namespace millrace::graphql
