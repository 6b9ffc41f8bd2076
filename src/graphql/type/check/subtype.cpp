#include "graphql/type/check/subtype.hpp"

#include <algorithm>

namespace millrace::graphql {

bool is_subtype(const Type& type, const Type& super) {
  if (&type == &super) return true;
  if (super.kind == TypeKind::interface) return std::ranges::find(type.interfaces, &super) != type.interfaces.end();
  return super.kind == TypeKind::union_ && std::ranges::find(super.possible, &type) != super.possible.end();
}

bool is_subtype(TypeView type, TypeView super) {
  if (super.is_non_null()) return type.is_non_null() && is_subtype(type.inner(), super.inner());
  if (type.is_non_null()) return is_subtype(type.inner(), super);
  if (super.is_list()) return type.is_list() && is_subtype(type.inner(), super.inner());
  return !type.is_list() && is_subtype(*type.named, *super.named);
}

bool is_subtype(const TypeRef& type, const TypeRef& super) {
  return is_subtype(TypeView(type), TypeView(super));
}

}  // namespace millrace::graphql
