#include <fmt/format.h>

#include "graphql/type/check/subtype.hpp"
#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.8.5 IsVariableUsageAllowed. A default, of the variable or of the place, stands in for a non-null type.
bool is_allowed(const VariableDefinition& variable, TypeView type, const VariableUsage& usage) {
  if (!usage.type.is_non_null() || type.is_non_null()) return is_subtype(type, usage.type);
  const bool has_own_default = variable.default_value && variable.default_value->kind != ValueKind::null;
  if (!has_own_default && !usage.has_default) return false;
  return is_subtype(type, usage.type.inner());
}

/// 5.8.5 All Variable Usages Are Allowed
class VariablesInAllowedPosition final : public Rule {
 public:
  using Rule::Rule;

  void leave_operation(const OperationDefinition& node) override {
    const auto& usages = context_.variables.of(node);
    if (usages.empty() || node.variables.empty()) return;
    NameMap<const VariableDefinition*> defined;
    for (const VariableDefinition& variable : node.variables) defined[variable.name.text] = &variable;
    for (const VariableUsage* usage : usages) {
      const auto* variable = defined.find(usage->node->text);
      if (variable != nullptr && usage->type) check(**variable, *usage);
    }
  }

 private:
  void check(const VariableDefinition& variable, const VariableUsage& usage) {
    const TypeView type = context_.variables.declared_type(variable);
    if (!type) return;
    if (!is_allowed(variable, type, usage)) {
      context_.errors.report(fmt::format("Variable \"${}\" of type \"{}\" used in position expecting type \"{}\".", variable.name.text,
                                         type.to_string(), usage.type.to_string()),
                             {&variable, usage.node});
    }
    // 3.10 OneOf Input Objects
    const TypeView parent = usage.parent_type;
    const bool is_one_of = parent && parent.is_named() && parent.named->one_of;
    if (!is_one_of || type.is_non_null()) return;
    context_.errors.report(fmt::format("Variable \"${}\" is of type \"{}\" but must be non-nullable to be used for OneOf Input Object "
                                       "\"{}\".",
                                       variable.name.text, type.to_string(), parent.to_string()),
                           {&variable, usage.node});
  }
};

}  // namespace

void add_variables_in_allowed_position(RuleSet& rules) {
  rules.add<VariablesInAllowedPosition>();
}

}  // namespace millrace::graphql::validation
