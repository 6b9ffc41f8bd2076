#include <fmt/format.h>

#include <algorithm>

#include "graphql/language/parser.hpp"
#include "graphql/validation/rules/rules.hpp"
#include "graphql/validation/type_relations.hpp"

namespace millrace::graphql::validation {
namespace {

bool is_given(const NodeList<Argument>& arguments, std::string_view name) {
  return std::ranges::any_of(arguments, [&](const Argument& argument) { return argument.name.text == name; });
}

/// 5.4.3 Required Arguments. Reports when a node is left, after what is wrong within it.
class ProvidedRequiredArguments final : public Rule {
 public:
  using Rule::Rule;

  void leave_field(const Selection& node) override {
    const Field* field = context_.position.field;
    if (field == nullptr) return;
    for (const InputValue& argument : field->arguments) {
      if (!argument.is_required() || is_given(node.arguments, argument.name)) continue;
      report(node, fmt::format("{}({}:)", coordinate(*context_.position.field_parent, *field), argument.name), argument.type.to_string());
    }
  }

  void leave_directive(const Directive& node) override {
    if (const DirectiveDefinition* definition = context_.document_directive(node.name.text)) return check(node, *definition);
    const DirectiveType* type = context_.position.directive;
    if (type == nullptr) return;
    for (const InputValue& argument : type->arguments) {
      if (!argument.is_required() || is_given(node.arguments, argument.name)) continue;
      report(node, fmt::format("@{}({}:)", type->name, argument.name), argument.type.to_string());
    }
  }

 private:
  void check(const Directive& node, const DirectiveDefinition& definition) {
    for (const InputValueDefinition& argument : definition.arguments) {
      const bool is_required = argument.type.kind == TypeReference::Kind::non_null && !argument.default_value;
      if (!is_required || is_given(node.arguments, argument.name.text)) continue;
      report(node, fmt::format("@{}({}:)", definition.name.text, argument.name.text), print(argument.type));
    }
  }

  void report(const Node& node, std::string_view argument, std::string_view type) {
    context_.errors.report(fmt::format("Argument \"{}\" of type \"{}\" is required, but it was not provided.", argument, type), {&node});
  }
};

}  // namespace

void add_provided_required_arguments(RuleSet& rules) {
  rules.add<ProvidedRequiredArguments>();
}

}  // namespace millrace::graphql::validation
