#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.8.3 All Variable Uses Defined
class NoUndefinedVariables final : public Rule {
 public:
  using Rule::Rule;

  void enter_operation(const OperationDefinition& node) override {
    const auto& usages = context_.variables.of(node);
    if (usages.empty()) return;
    NameMap<bool> defined;
    for (const VariableDefinition& variable : node.variables) defined.insert(variable.name.text, true);
    for (const VariableUsage* usage : usages) {
      if (defined.contains(usage->node->text)) continue;
      const std::string by = node.name ? fmt::format(" by operation \"{}\"", node.name->text) : std::string();
      context_.errors.report(fmt::format("Variable \"${}\" is not defined{}.", usage->node->text, by), {usage->node, &node});
    }
  }
};

}  // namespace

void add_no_undefined_variables(RuleSet& rules) {
  rules.add<NoUndefinedVariables>();
}

}  // namespace millrace::graphql::validation
