// From the arguments of a field that gives documents to what they do: conditions, order, pages. The same for Query fields and relations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/problem.hpp"
#include "federation/entity_query.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::app {

/// Where a field stands, and what its documents are.
struct FieldContext {
  const graphql::Schema& schema;
  const std::string& file;      // names the SDL in problems
  const graphql::Type& entity;  // of the documents
  std::vector<Problem>& problems;

  Place place(std::uint32_t offset) const;
  /// "Did you mean ...", or the other hint when nothing is near.
  std::string near_member(std::string_view name, std::string_view otherwise) const;
};

/// Whether the argument says how the field is read, not what it asks for. The names of pages count where they apply: limit and offset on
/// lists, first, after, last and before on connections.
bool is_reserved_argument(const graphql::Field& field, const graphql::InputValue& argument, const graphql::Type& entity);

/// Reads the reserved arguments: orderBy, where, and those of pages; checks their types.
void derive_reserved(const FieldContext& context, const graphql::Field& field, federation::EntityQuery& query);

/// Adds a condition for every argument that is neither reserved nor a parameter of the query already.
void derive_conditions(const FieldContext& context, const graphql::Field& field, federation::EntityQuery& query);

}  // namespace millrace::app
