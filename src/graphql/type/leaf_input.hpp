// Input coercion of scalars and enums (specification 3.5, 3.9).
#pragma once

#include <expected>
#include <string>

#include "base/json/document.hpp"
#include "graphql/language/ast.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// Appends the canonical JSON of the leaf for a variable's JSON value; the message when it cannot be one.
/// Requires: a leaf type; a value that is not null.
std::expected<void, std::string> append_leaf_input(std::string& out, const Type& type, const json::Value& value);

/// The same for a literal. Variables inside a custom scalar's literal are put in; one without value is null, or leaves its member out.
/// Requires: a literal that is neither null nor a variable.
std::expected<void, std::string> append_leaf_literal(std::string& out, const Type& type, const Value& value, const Variables& variables);

}  // namespace millrace::graphql
