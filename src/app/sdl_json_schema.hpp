// A JSON Schema derived from an SDL type, for entities that have none of their own.
#pragma once

#include <string>
#include <vector>

#include "graphql/type/schema.hpp"

namespace millrace::app {

/// Draft 7, as JSON text: a property for every field but the relations named, non-null fields required (the id is not), other properties
/// allowed.
std::string json_schema_of(const graphql::Type& type, const std::vector<std::string>& relations);

}  // namespace millrace::app
