#include "graphql/type/sdl/sdl_rules.hpp"
#include "graphql/type/sdl/unique_names.hpp"

namespace millrace::graphql {

/// A type and its extensions are one location, and so are the schema and its, and a directive and its.
void check_unique_directives_per_location(const SdlContext& context) {
  std::unordered_map<std::string_view, UniqueNames> by_owner;
  for (const DirectiveSite& site : context.parts.sites) {
    UniqueNames own(context.report);
    UniqueNames& unique = site.owner.empty() ? own : by_owner.try_emplace(site.owner, context.report).first->second;
    for (const Directive& directive : *site.directives) {
      std::string_view name = directive.name.text;
      const DirectiveDefinition* definition = context.definitions.directive(name);
      if (definition == nullptr || definition->repeatable) continue;
      unique.add(name, directive.begin,
                 [name] { return fmt::format("The directive \"@{}\" can only be used once at this location.", name); });
    }
  }
}

}  // namespace millrace::graphql
