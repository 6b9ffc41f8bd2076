#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.8.4 All Variables Used
class NoUnusedVariables final : public Rule {
 public:
  using Rule::Rule;

  void enter_operation(const OperationDefinition& node) override {
    const auto& usages = context_.variables.of(node);
    if (node.variables.empty()) return;
    NameMap<bool> used;
    for (const VariableUsage* usage : usages) used.insert(usage->node->text, true);
    for (const VariableDefinition& variable : node.variables) {
      if (used.contains(variable.name.text)) continue;
      const std::string in = node.name ? fmt::format(" in operation \"{}\"", node.name->text) : std::string();
      context_.errors.report(fmt::format("Variable \"${}\" is never used{}.", variable.name.text, in), {&variable});
    }
  }
};

}  // namespace

void add_no_unused_variables(RuleSet& rules) {
  rules.add<NoUnusedVariables>();
}

}  // namespace millrace::graphql::validation
