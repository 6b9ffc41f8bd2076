#include <algorithm>

#include "graphql/language/parser.hpp"
#include "graphql/type/did_you_mean.hpp"
#include "graphql/type/sdl/sdl_rules.hpp"
#include "graphql/type/sdl/unique_names.hpp"

namespace millrace::graphql {
namespace {

void check_known(SdlReport& report, const Directive& directive, const DirectiveDefinition& definition) {
  std::vector<std::string> known;
  for (const InputValueDefinition& argument : definition.arguments) known.emplace_back(argument.name.text);
  for (const Argument& argument : directive.arguments)
    if (std::ranges::find(known, argument.name.text) == known.end())
      report.report(argument.begin, fmt::format("Unknown argument \"{}\" on directive \"@{}\".{}", argument.name.text, directive.name.text,
                                                did_you_mean(suggestions(argument.name.text, known))));
}

void check_required(SdlReport& report, const Directive& directive, const DirectiveDefinition& definition) {
  for (const InputValueDefinition& argument : definition.arguments) {
    if (argument.type.kind != TypeReference::Kind::non_null || argument.default_value) continue;
    if (std::ranges::none_of(directive.arguments, [&](const Argument& given) { return given.name.text == argument.name.text; }))
      report.report(directive.begin, fmt::format("Argument \"@{}({}:)\" of type \"{}\" is required, but it was not provided.",
                                                 directive.name.text, argument.name.text, print(argument.type)));
  }
}

}  // namespace

/// KnownArgumentNamesOnDirectives, UniqueArgumentNames, ProvidedRequiredArgumentsOnDirectives.
void check_directive_arguments(const SdlContext& context) {
  for (const DirectiveSite& site : context.parts.sites)
    for (const Directive& directive : *site.directives) {
      UniqueNames unique(context.report);
      for (const Argument& argument : directive.arguments)
        unique.add(argument.name.text, argument.name.begin,
                   [&argument] { return fmt::format("There can be only one argument named \"{}\".", argument.name.text); });
      const DirectiveDefinition* definition = context.definitions.directive(directive.name.text);
      if (definition == nullptr) continue;
      check_known(context.report, directive, *definition);
      check_required(context.report, directive, *definition);
    }
}

}  // namespace millrace::graphql
