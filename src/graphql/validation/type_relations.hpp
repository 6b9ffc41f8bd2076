// How types of a schema relate where a request puts them together, and what a field is called.
#pragma once

#include <string>
#include <vector>

#include "graphql/type/schema.hpp"

namespace millrace::graphql::validation {

/// Whether an object can be of both types (5.5.2.3). Requires: composite types.
bool types_overlap(const Type& a, const Type& b);

/// "Type.field", as graphql-js names a field; "<meta>.field" for __typename, __schema and __type.
std::string coordinate(const Type& parent, const Field& field);

/// The names of fields, arguments, values or types: what suggestions() chooses from.
template <class Range>
std::vector<std::string> names_of(const Range& range) {
  std::vector<std::string> names;
  for (const auto& item : range) names.emplace_back(item.name);
  return names;
}

}  // namespace millrace::graphql::validation
