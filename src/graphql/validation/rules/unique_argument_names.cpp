#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.4.2 Argument Uniqueness
class UniqueArgumentNames final : public Rule {
 public:
  using Rule::Rule;

  void enter_field(const Selection& node) override { check(node.arguments); }
  void enter_directive(const Directive& node) override { check(node.arguments); }

 private:
  void check(const NodeList<Argument>& arguments) {
    if (are_names_distinct(arguments, [](const Argument& argument) { return argument.name.text; })) return;
    NameMap<std::vector<const Node*>> by_name;
    for (const Argument& argument : arguments) by_name[argument.name.text].push_back(&argument.name);
    for (const auto& [name, nodes] : by_name) {
      if (nodes.size() > 1) context_.errors.report(fmt::format("There can be only one argument named \"{}\".", name), nodes);
    }
  }
};

}  // namespace

void add_unique_argument_names(RuleSet& rules) {
  rules.add<UniqueArgumentNames>();
}

}  // namespace millrace::graphql::validation
