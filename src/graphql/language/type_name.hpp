// The name at the bottom of a type reference: Event in [Event!]!.
#pragma once

#include "graphql/language/ast.hpp"

namespace millrace::graphql {

inline const Name& named_type(const TypeReference& reference) {
  const TypeReference* at = &reference;
  while (at->of) at = at->of.get();
  return at->name;
}

}  // namespace millrace::graphql
