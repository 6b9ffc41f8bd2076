// The keyword that a type's definition begins with.
#pragma once

#include <optional>
#include <string_view>

#include "graphql/language/ast.hpp"

namespace millrace::graphql {

/// The kind of type that "type", "enum" and so on declare; nothing for another word.
std::optional<TypeKind> type_keyword(std::string_view word);

}  // namespace millrace::graphql
