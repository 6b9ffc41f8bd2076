#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.5.1.3 Fragments on Object, Interface or Union Types
class FragmentsOnCompositeTypes final : public Rule {
 public:
  using Rule::Rule;

  void enter_inline_fragment(const Selection& node) override {
    if (node.type_condition) check(*node.type_condition, "Fragment");
  }
  void enter_fragment(const FragmentDefinition& node) override {
    check(node.type_condition, fmt::format("Fragment \"{}\"", node.name.text));
  }

 private:
  void check(const Name& type_condition, std::string_view subject) {
    const Type* type = context_.schema.type(type_condition.text);
    if (type == nullptr || type->is_composite()) return;
    context_.errors.report(fmt::format("{} cannot condition on non composite type \"{}\".", subject, type_condition.text),
                           {&type_condition});
  }
};

}  // namespace

void add_fragments_on_composite_types(RuleSet& rules) {
  rules.add<FragmentsOnCompositeTypes>();
}

}  // namespace millrace::graphql::validation
