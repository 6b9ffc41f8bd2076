#include "graphql/type/sdl/sdl_rules.hpp"
#include "graphql/type/sdl/unique_names.hpp"

namespace millrace::graphql {
namespace {

void check(SdlReport& report, const std::string& owner, const NodeList<InputValueDefinition>& arguments) {
  UniqueNames unique(report);
  for (const InputValueDefinition& argument : arguments)
    unique.add(argument.name.text, argument.name.begin,
               [&] { return fmt::format("Argument \"{}({}:)\" can only be defined once.", owner, argument.name.text); });
}

}  // namespace

void check_unique_argument_definition_names(const SdlContext& context) {
  for (const DirectiveDefinition& directive : context.document.directives)
    check(context.report, fmt::format("@{}", directive.name.text), directive.arguments);
  for (const TypeDefinition& type : context.document.types)
    for (const FieldDefinition& field : type.fields)
      check(context.report, fmt::format("{}.{}", type.name.text, field.name.text), field.arguments);
}

}  // namespace millrace::graphql
