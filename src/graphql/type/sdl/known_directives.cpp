#include <fmt/format.h>

#include <algorithm>

#include "graphql/type/did_you_mean.hpp"
#include "graphql/type/sdl/sdl_rules.hpp"

namespace millrace::graphql {
namespace {

std::string nearest_directive(const SdlContext& context, std::string_view name) {
  std::vector<std::string> known;
  for (const DirectiveDefinition* directive : context.definitions.directives()) known.emplace_back(directive->name.text);
  std::string_view found = nearest(name, known);
  return found.empty() ? std::string() : fmt::format("did you mean @{}?", found);
}

}  // namespace

void check_known_directives(const SdlContext& context) {
  for (const DirectiveSite& site : context.parts.sites)
    for (const Directive& directive : *site.directives) {
      std::string_view name = directive.name.text;
      const DirectiveDefinition* definition = context.definitions.directive(name);
      if (definition == nullptr) {
        context.report.report(directive.begin, fmt::format("Unknown directive \"@{}\".", name), nearest_directive(context, name));
      } else if (std::ranges::none_of(definition->locations, [&site](const Name& known) { return known.text == site.location; })) {
        context.report.report(directive.begin, fmt::format("Directive \"@{}\" may not be used on {}.", name, site.location));
      }
    }
}

}  // namespace millrace::graphql
