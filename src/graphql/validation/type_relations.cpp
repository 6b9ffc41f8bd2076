#include "graphql/validation/type_relations.hpp"

#include <algorithm>

#include "graphql/type/check/subtype.hpp"

namespace millrace::graphql::validation {

bool types_overlap(const Type& a, const Type& b) {
  if (&a == &b) return true;
  if (!a.is_abstract() || !b.is_abstract()) return is_subtype(a, b) || is_subtype(b, a);
  return std::ranges::any_of(a.possible, [&](const Type* type) { return is_subtype(*type, b); });
}

std::string coordinate(const Type& parent, const Field& field) {
  return (field.name.starts_with("__") ? "<meta>" : parent.name) + "." + field.name;
}

}  // namespace millrace::graphql::validation
