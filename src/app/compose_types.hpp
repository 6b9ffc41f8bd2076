// The types of all graphlettes as one set: types of one name become one, their owner's (docs/decisions/0017).
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/unified_model.hpp"

namespace millrace::app {

/// The place of an offset in a graphlette's SDL, as a person finds it.
using PlaceInSdl = std::function<Place(std::size_t graphlette, std::uint32_t offset)>;

struct ComposedTypes {
  /// Roots among them, under the names that the members give them. They refer to each other and to the types of the graphlettes' schemas:
  /// only the names of what they refer to mean something.
  std::deque<graphql::Type> types;
  std::deque<graphql::DirectiveType> directives;
  std::vector<UnifiedField> fields;  // those of relations
};

/// Merges the types of the members' graphlettes. Whatever disagrees is a problem that names both places. Requires: the model has no
/// problems.
ComposedTypes compose_types(const Model& model, const std::vector<UnifiedMember>& members, const PlaceInSdl& place,
                            std::vector<Problem>& problems);

}  // namespace millrace::app
