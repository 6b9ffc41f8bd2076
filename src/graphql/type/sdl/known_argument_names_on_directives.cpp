#include <fmt/format.h>

#include <algorithm>

#include "graphql/type/did_you_mean.hpp"
#include "graphql/type/sdl/sdl_rules.hpp"

namespace millrace::graphql {
namespace {

void check(SdlReport& report, const Directive& directive, const DirectiveDefinition& definition) {
  std::vector<std::string> known;
  for (const InputValueDefinition& argument : definition.arguments) known.emplace_back(argument.name.text);
  for (const Argument& argument : directive.arguments)
    if (std::ranges::find(known, argument.name.text) == known.end())
      report.report(argument.begin, fmt::format("Unknown argument \"{}\" on directive \"@{}\".{}", argument.name.text, directive.name.text,
                                                did_you_mean(suggestions(argument.name.text, known))));
}

}  // namespace

void check_known_argument_names_on_directives(const SdlContext& context) {
  for (const DirectiveSite& site : context.parts.sites)
    for (const Directive& directive : *site.directives)
      if (const DirectiveDefinition* definition = context.definitions.directive(directive.name.text))
        check(context.report, directive, *definition);
}

}  // namespace millrace::graphql
