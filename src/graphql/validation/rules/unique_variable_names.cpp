#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.8.1 Variable Uniqueness
class UniqueVariableNames final : public Rule {
 public:
  using Rule::Rule;

  void enter_operation(const OperationDefinition& node) override {
    if (are_names_distinct(node.variables, [](const VariableDefinition& variable) { return variable.name.text; })) return;
    NameMap<std::vector<const Node*>> by_name;
    for (const VariableDefinition& variable : node.variables) by_name[variable.name.text].push_back(&variable.name);
    for (const auto& [name, nodes] : by_name) {
      if (nodes.size() > 1) context_.errors.report(fmt::format("There can be only one variable named \"${}\".", name), nodes);
    }
  }
};

}  // namespace

void add_unique_variable_names(RuleSet& rules) {
  rules.add<UniqueVariableNames>();
}

}  // namespace millrace::graphql::validation
