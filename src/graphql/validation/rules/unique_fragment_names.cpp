#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.5.1.1 Fragment Name Uniqueness
class UniqueFragmentNames final : public Rule {
 public:
  using Rule::Rule;

  void enter_fragment(const FragmentDefinition& node) override {
    if (known_.insert(node.name.text, &node.name)) return;
    context_.errors.report(fmt::format("There can be only one fragment named \"{}\".", node.name.text),
                           {*known_.find(node.name.text), &node.name});
  }

 private:
  NameMap<const Name*> known_;
};

}  // namespace

void add_unique_fragment_names(RuleSet& rules) {
  rules.add<UniqueFragmentNames>();
}

}  // namespace millrace::graphql::validation
