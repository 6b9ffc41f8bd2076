// What every schema has without declaring it: the scalars, directives and introspection types of the specification, and Millrace's own
// scalars JSON, DateTime and Date.
#pragma once

#include <string_view>

#include "graphql/language/ast.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// Their definitions. Lives as long as the program; any thread.
const Document& built_in_document();

/// Whether the name is of the specification, so that a definition in the SDL changes nothing.
bool is_specified_type(std::string_view name);

/// Whether a directive of this name is of the specification; an SDL may define it anew.
bool is_specified_directive(std::string_view name);

/// What a scalar of this name holds.
ScalarKind scalar_kind(std::string_view name);

/// The value of @deprecated(reason:) when none is given.
inline constexpr std::string_view kDefaultDeprecation = "No longer supported";

}  // namespace millrace::graphql
