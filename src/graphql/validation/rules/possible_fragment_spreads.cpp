#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"
#include "graphql/validation/type_relations.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.5.2.3 Fragment Spread Is Possible
class PossibleFragmentSpreads final : public Rule {
 public:
  using Rule::Rule;

  void enter_inline_fragment(const Selection& node) override { check(node, context_.position.type.named, "Fragment"); }

  void enter_fragment_spread(const Selection& node) override {
    const FragmentDefinition* fragment = context_.fragments.find(node.name.text);
    if (fragment == nullptr) return;
    check(node, context_.schema.type(fragment->type_condition.text), "Fragment \"", node.name.text, "\"");
  }

 private:
  template <class... Subject>
  void check(const Selection& node, const Type* type, Subject... subject) {
    const Type* parent = context_.position.parent;
    const bool is_known = type != nullptr && type->is_composite() && parent != nullptr;
    if (!is_known || types_overlap(*type, *parent)) return;
    std::string message;
    (message.append(subject), ...);
    message += fmt::format(" cannot be spread here as objects of type \"{}\" can never be of type \"{}\".", parent->name, type->name);
    context_.errors.report(std::move(message), {&node});
  }
};

}  // namespace

void add_possible_fragment_spreads(RuleSet& rules) {
  rules.add<PossibleFragmentSpreads>();
}

}  // namespace millrace::graphql::validation
