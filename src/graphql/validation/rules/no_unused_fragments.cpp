#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.5.1.4 Fragments Must Be Used
class NoUnusedFragments final : public Rule {
 public:
  using Rule::Rule;

  void leave_document() override {
    const Document& document = context_.document;
    std::vector<const OperationDefinition*> operations;
    for (const OperationDefinition& operation : document.operations) operations.push_back(&operation);
    NameMap<bool> used;
    for (const FragmentDefinition* fragment : context_.fragments.reached(operations)) used.insert(fragment->name.text, true);
    for (const FragmentDefinition& fragment : document.fragments) {
      if (used.contains(fragment.name.text)) continue;
      context_.errors.report(fmt::format("Fragment \"{}\" is never used.", fragment.name.text), {&fragment});
    }
  }
};

}  // namespace

void add_no_unused_fragments(RuleSet& rules) {
  rules.add<NoUnusedFragments>();
}

}  // namespace millrace::graphql::validation
