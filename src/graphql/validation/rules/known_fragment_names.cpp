#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.5.2.1 Fragment Spread Target Defined
class KnownFragmentNames final : public Rule {
 public:
  using Rule::Rule;

  void enter_fragment_spread(const Selection& node) override {
    if (context_.fragments.find(node.name.text) != nullptr) return;
    context_.errors.report(fmt::format("Unknown fragment \"{}\".", node.name.text), {&node.name});
  }
};

}  // namespace

void add_known_fragment_names(RuleSet& rules) {
  rules.add<KnownFragmentNames>();
}

}  // namespace millrace::graphql::validation
