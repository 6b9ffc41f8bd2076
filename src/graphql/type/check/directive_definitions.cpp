#include <fmt/format.h>

#include "graphql/type/check/schema_checks.hpp"

namespace millrace::graphql {

/// 3.13
void check_directive_definitions(const SchemaContext& context) {
  for (const DirectiveType& directive : context.schema.directives()) {
    if (directive.built_in) continue;
    const DirectiveDefinition* definition = context.definitions.directive(directive.name);
    for (std::size_t i = 0; i < directive.arguments.size(); ++i) {
      std::string name = fmt::format("@{}({}:)", directive.name, directive.arguments[i].name);
      check_input_value(context, {directive.arguments[i], &definition->arguments[i], name, "argument"});
    }
  }
}

}  // namespace millrace::graphql
