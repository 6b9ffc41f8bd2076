#include <fmt/format.h>

#include "graphql/language/parser.hpp"
#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.8.2 Variables Are Input Types
class VariablesAreInputTypes final : public Rule {
 public:
  using Rule::Rule;

  void enter_variable_definition(const VariableDefinition& node) override {
    const TypeView type = context_.variables.declared_type(node);
    if (!type || type.named->is_input()) return;
    context_.errors.report(fmt::format("Variable \"${}\" cannot be non-input type \"{}\".", node.name.text, print(node.type)),
                           {&node.type});
  }
};

}  // namespace

void add_variables_are_input_types(RuleSet& rules) {
  rules.add<VariablesAreInputTypes>();
}

}  // namespace millrace::graphql::validation
