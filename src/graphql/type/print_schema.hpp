// A schema as SDL, laid out as graphql-js's printSchema does.
#pragma once

#include <functional>
#include <string>

#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// The whole schema, without what the specification brings. Built again it is the same schema, but for directives other than @deprecated,
/// @specifiedBy and @oneOf, which a schema does not keep.
std::string print_schema(const Schema& schema);

/// The schema definition; empty where what the types are called says the same.
std::string print_roots(const Schema& schema);

/// Directives of an object type and its fields, as SDL, which a schema does not keep.
struct AppliedDirectives {
  std::string type = {};
  std::function<std::string(const Field&)> field = {};
};

/// One definition, without a line break at its end. Of the types that it refers to only the names are looked at.
std::string print_type(const Type& type, const AppliedDirectives& applied = {});
std::string print_directive(const DirectiveType& directive);

}  // namespace millrace::graphql
