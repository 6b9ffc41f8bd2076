#include <fmt/format.h>

#include "graphql/type/check/schema_checks.hpp"

namespace millrace::graphql {

/// 3.9
void check_enum_values(const SchemaContext& context) {
  for (const Type& type : context.schema.types())
    if (type.kind == TypeKind::enumeration && type.values.empty())
      context.report.report(type.begin, fmt::format("Enum type {} must define one or more values.", type.name));
}

}  // namespace millrace::graphql
