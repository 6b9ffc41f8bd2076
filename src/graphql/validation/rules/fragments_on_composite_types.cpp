#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.5.1.3 Fragments on Object, Interface or Union Types
class FragmentsOnCompositeTypes final : public Rule {
 public:
  using Rule::Rule;

  void enter_inline_fragment(const Selection& node) override {
    if (node.type_condition && is_wrong(*node.type_condition)) report("Fragment", *node.type_condition);
  }
  void enter_fragment(const FragmentDefinition& node) override {
    if (is_wrong(node.type_condition)) report(fmt::format("Fragment \"{}\"", node.name.text), node.type_condition);
  }

 private:
  bool is_wrong(const Name& type_condition) const {
    const Type* type = context_.schema.type(type_condition.text);
    return type != nullptr && !type->is_composite();
  }
  void report(std::string_view subject, const Name& type_condition) {
    context_.errors.report(fmt::format("{} cannot condition on non composite type \"{}\".", subject, type_condition.text),
                           {&type_condition});
  }
};

}  // namespace

void add_fragments_on_composite_types(RuleSet& rules) {
  rules.add<FragmentsOnCompositeTypes>();
}

}  // namespace millrace::graphql::validation
