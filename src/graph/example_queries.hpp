// Queries that a person can run as they stand, made from a schema: what GraphiQL opens with and what the start page shows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graphql/type/schema.hpp"

namespace millrace::graph {

struct ExampleVariable {
  std::string name;
  std::string member;  // of the documents asked for, that it is compared with
  std::string value;   // JSON
};

struct ExampleQuery {
  std::string query;  // a document with one named operation
  std::vector<ExampleVariable> variables;

  /// The variables as a request sends them.
  std::string variables_text() const;
};

/// A list, one document by its id, and a relation: whichever of these the schema has, in this order. Valid for the schema. Variables take
/// their values from `document` (JSON of an object, such as an example document) where it has a member that fits.
std::vector<ExampleQuery> example_queries(const graphql::Schema& schema, std::string_view document);

}  // namespace millrace::graph
