// The kinds of types as introspection (4.2.2 __TypeKind) and directive locations write them.
#pragma once

#include <string_view>

#include "graphql/language/ast.hpp"

namespace millrace::graphql {

constexpr std::string_view kind_name(TypeKind kind) {
  switch (kind) {
    case TypeKind::scalar: return "SCALAR";
    case TypeKind::object: return "OBJECT";
    case TypeKind::interface: return "INTERFACE";
    case TypeKind::union_: return "UNION";
    case TypeKind::enumeration: return "ENUM";
    case TypeKind::input_object: return "INPUT_OBJECT";
  }
  return {};
}

}  // namespace millrace::graphql
