#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.2.2.1 Operation Name Uniqueness
class UniqueOperationNames final : public Rule {
 public:
  using Rule::Rule;

  void enter_operation(const OperationDefinition& node) override {
    if (!node.name || known_.insert(node.name->text, &*node.name)) return;
    context_.errors.report(fmt::format("There can be only one operation named \"{}\".", node.name->text),
                           {*known_.find(node.name->text), &*node.name});
  }

 private:
  NameMap<const Name*> known_;
};

}  // namespace

void add_unique_operation_names(RuleSet& rules) {
  rules.add<UniqueOperationNames>();
}

}  // namespace millrace::graphql::validation
