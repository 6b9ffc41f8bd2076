#include <fmt/format.h>

#include "graphql/type/check/schema_checks.hpp"
#include "graphql/type/literal_check.hpp"
#include "graphql/type/sdl/sdl_parts.hpp"

namespace millrace::graphql {

/// The values given to directives in the SDL fit their arguments.
void check_directive_values(const SchemaContext& context) {
  SdlParts parts = sdl_parts(context.document);
  for (const DirectiveSite& site : parts.sites)
    for (const Directive& directive : *site.directives)
      for (const Argument& argument : directive.arguments) {
        const DirectiveType* type = context.schema.directive(directive.name.text);
        const InputValue* definition = type->argument(argument.name.text);
        if (!definition->type.named->is_input()) continue;  // reported where it is defined
        for (const LiteralProblem& problem : literal_problems(argument.value, TypeView(definition->type)))
          context.report.report(problem.begin, fmt::format("Argument \"@{}({}:)\" has invalid value{}{}: {}", type->name, definition->name,
                                                           problem.path.empty() ? "" : " at ", problem.path, problem.message));
      }
}

}  // namespace millrace::graphql
