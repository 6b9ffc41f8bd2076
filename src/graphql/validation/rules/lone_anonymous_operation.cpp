#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.2.3.1 Lone Anonymous Operation
class LoneAnonymousOperation final : public Rule {
 public:
  using Rule::Rule;

  void enter_operation(const OperationDefinition& node) override {
    if (node.name || context_.document.operations.size() <= 1) return;
    context_.errors.report("This anonymous operation must be the only defined operation.", {&node});
  }
};

}  // namespace

void add_lone_anonymous_operation(RuleSet& rules) {
  rules.add<LoneAnonymousOperation>();
}

}  // namespace millrace::graphql::validation
