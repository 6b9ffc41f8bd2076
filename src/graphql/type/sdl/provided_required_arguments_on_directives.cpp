#include <fmt/format.h>

#include <algorithm>

#include "graphql/language/parser.hpp"
#include "graphql/type/sdl/sdl_rules.hpp"

namespace millrace::graphql {
namespace {

void check(SdlReport& report, const Directive& directive, const DirectiveDefinition& definition) {
  for (const InputValueDefinition& argument : definition.arguments) {
    if (argument.type.kind != TypeReference::Kind::non_null || argument.default_value) continue;
    if (std::ranges::none_of(directive.arguments, [&](const Argument& given) { return given.name.text == argument.name.text; }))
      report.report(directive.begin, fmt::format("Argument \"@{}({}:)\" of type \"{}\" is required, but it was not provided.",
                                                 directive.name.text, argument.name.text, print(argument.type)));
  }
}

}  // namespace

void check_provided_required_arguments_on_directives(const SdlContext& context) {
  for (const DirectiveSite& site : context.parts.sites)
    for (const Directive& directive : *site.directives)
      if (const DirectiveDefinition* definition = context.definitions.directive(directive.name.text))
        check(context.report, directive, *definition);
}

}  // namespace millrace::graphql
