// Field collection: specification 6.3.2 CollectFields.
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "graphql/execution/plan.hpp"
#include "graphql/language/ast.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// The field nodes with one response key, in document order.
struct FieldGroup {
  std::string_view response_key;
  std::vector<const Selection*> nodes;
};

/// Collects the fields that selection sets select on objects of a type, fragments flattened, @skip and @include decided; groups stand in
/// the order in which their response keys first appear. Fails at the first @skip or @include whose condition has no value.
std::expected<std::vector<FieldGroup>, Fault> collect_fields(const Schema& schema, const Document& document, const Variables& variables,
                                                             const Type& type, const std::vector<const SelectionSet*>& sets);

}  // namespace millrace::graphql
