#include "graphql/type/sdl/sdl_rules.hpp"
#include "graphql/type/sdl/unique_names.hpp"

namespace millrace::graphql {

void check_unique_directive_names(const SdlContext& context) {
  UniqueNames unique(context.report);
  for (const DirectiveDefinition& directive : context.document.directives) {
    if (directive.extension) continue;
    std::string_view name = directive.name.text;
    unique.add(name, directive.name.begin, [name] { return fmt::format("There can be only one directive named \"@{}\".", name); });
  }
}

}  // namespace millrace::graphql
