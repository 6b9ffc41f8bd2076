#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.3.3 Leaf Field Selections
class ScalarLeafs final : public Rule {
 public:
  using Rule::Rule;

  void enter_field(const Selection& node) override {
    const TypeView type = context_.position.type;
    if (!type || type.named->is_leaf() != node.selection_set.has_value()) return;
    if (node.selection_set) {
      context_.errors.report(
          fmt::format("Field \"{}\" must not have a selection since type \"{}\" has no subfields.", node.name.text, type.to_string()),
          {&*node.selection_set});
    } else {
      context_.errors.report(
          fmt::format("Field \"{0}\" of type \"{1}\" must have a selection of subfields. Did you mean \"{0} {{ ... }}\"?", node.name.text,
                      type.to_string()),
          {&node});
    }
  }
};

}  // namespace

void add_scalar_leafs(RuleSet& rules) {
  rules.add<ScalarLeafs>();
}

}  // namespace millrace::graphql::validation
