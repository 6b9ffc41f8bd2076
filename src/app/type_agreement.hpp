// Whether two definitions of one type can be one type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "graphql/type/schema.hpp"

namespace millrace::app {

/// A definition in the SDL of a graphlette.
struct TypeDefinedAt {
  std::size_t graphlette = 0;
  const graphql::Type* type = nullptr;
};

struct Disagreement {
  std::string what;
  std::uint32_t place = 0;  // in the SDL of the second of the two
};

/// What a projection has that the whole has not: another kind, a field, argument, value or member that is not there, or a field of another
/// type. Whether something is non-null is the whole's affair: clients see that one.
std::optional<Disagreement> projection_disagreement(const graphql::Type& whole, const graphql::Type& projection);

/// What tells two definitions apart that must be equal; the order of what they list, and words for people, do not.
std::optional<Disagreement> disagreement_of_equals(const graphql::Type& one, const graphql::Type& other);

bool are_equal(const graphql::DirectiveType& one, const graphql::DirectiveType& other);

}  // namespace millrace::app
