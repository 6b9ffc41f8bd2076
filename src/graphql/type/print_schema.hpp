// A schema as SDL, laid out as graphql-js's printSchema does.
#pragma once

#include <string>

#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// The whole schema, without what the specification brings. Built again it is the same schema, but for directives other than @deprecated,
/// @specifiedBy and @oneOf, which a schema does not keep.
std::string print_schema(const Schema& schema);

/// One definition, without a line break at its end. Of the types that it refers to only the names are looked at.
std::string print_type(const Type& type);
std::string print_directive(const DirectiveType& directive);

}  // namespace millrace::graphql
