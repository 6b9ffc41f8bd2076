#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

std::string_view word(OperationType operation) {
  switch (operation) {
    case OperationType::query: return "query";
    case OperationType::mutation: return "mutation";
    case OperationType::subscription: return "subscription";
  }
  return {};
}

/// 5.2.1.1 Operation Type Existence
class KnownOperationTypes final : public Rule {
 public:
  using Rule::Rule;

  void enter_operation(const OperationDefinition& node) override {
    if (context_.schema.root(node.operation) != nullptr) return;
    context_.errors.report(fmt::format("The {} operation is not supported by the schema.", word(node.operation)), {&node});
  }
};

}  // namespace

void add_known_operation_types(RuleSet& rules) {
  rules.add<KnownOperationTypes>();
}

}  // namespace millrace::graphql::validation
