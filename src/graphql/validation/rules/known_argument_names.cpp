#include <fmt/format.h>

#include "base/problem.hpp"
#include "graphql/type/did_you_mean.hpp"
#include "graphql/validation/rules/rules.hpp"
#include "graphql/validation/type_relations.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.4.1 Argument Names
class KnownArgumentNames final : public Rule {
 public:
  using Rule::Rule;

  /// Of a field. Those of a directive are looked at with the directive.
  void enter_argument(const Argument& node) override {
    const Position& at = context_.position;
    if (is_in_directive_ || at.argument != nullptr || at.field == nullptr) return;
    report(node, fmt::format("field \"{}\"", coordinate(*at.field_parent, *at.field)), names_of(at.field->arguments));
  }

  void enter_directive(const Directive& node) override {
    is_in_directive_ = true;
    if (node.arguments.empty()) return;
    if (const DirectiveDefinition* definition = context_.document_directive(node.name.text)) {
      std::vector<std::string> known;
      for (const InputValueDefinition& argument : definition->arguments) known.emplace_back(argument.name.text);
      check(node, known);
    } else if (context_.position.directive != nullptr) {
      check(node, names_of(context_.position.directive->arguments));
    }
  }

  void leave_directive(const Directive&) override { is_in_directive_ = false; }

 private:
  void check(const Directive& directive, const std::vector<std::string>& known) {
    for (const Argument& argument : directive.arguments) {
      if (std::ranges::find(known, argument.name.text) != known.end()) continue;
      report(argument, fmt::format("directive \"@{}\"", directive.name.text), known);
    }
  }

  void report(const Argument& argument, std::string_view owner, const std::vector<std::string>& known) {
    context_.errors.report(
        fmt::format("Unknown argument \"{}\" on {}.{}", argument.name.text, owner, did_you_mean(suggestions(argument.name.text, known))),
        {&argument});
  }

  bool is_in_directive_ = false;
};

}  // namespace

void add_known_argument_names(RuleSet& rules) {
  rules.add<KnownArgumentNames>();
}

}  // namespace millrace::graphql::validation
