#include "graphql/type/sdl/sdl_rules.hpp"

namespace millrace::graphql {

void check_lone_schema_definition(const SdlContext& context) {
  bool has_one = false;
  for (const SchemaDefinition& schema : context.document.schemas) {
    if (schema.extension) continue;
    if (has_one) context.report.report(schema.begin, "Must provide only one schema definition.");
    has_one = true;
  }
}

}  // namespace millrace::graphql
