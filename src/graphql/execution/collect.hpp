// Field collection: specification 6.3.2 CollectFields.
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "graphql/execution/plan.hpp"
#include "graphql/language/ast.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/schema.hpp"
#include "graphql/validation/name_map.hpp"

namespace millrace::graphql {

/// The field nodes with one response key, in document order.
struct FieldGroup {
  std::string_view response_key;
  std::vector<const Selection*> nodes;
};

using FragmentMap = validation::NameMap<const FragmentDefinition*>;
FragmentMap fragments_by_name(const Document& document);

struct CollectInput {
  const Schema& schema;
  const FragmentMap& fragments;
  const Variables& variables;
};

/// Collects the fields that selection sets select on objects of a type, fragments flattened, @skip and @include decided; groups stand in
/// the order in which their response keys first appear. Fails at the first @skip or @include whose condition has no value. Adds to `work`
/// how many selections it has looked at.
std::expected<std::vector<FieldGroup>, Fault> collect_fields(const CollectInput& input, const Type& type,
                                                             const std::vector<const SelectionSet*>& sets, std::size_t& work);

}  // namespace millrace::graphql
