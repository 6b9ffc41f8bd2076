#include <fmt/format.h>

#include <iterator>

#include "graphql/validation/descent.hpp"
#include "graphql/validation/directive_search.hpp"
#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// What is known of a Boolean argument before there are variables.
enum class Condition { absent, is_true, is_false, open };

Condition condition_of(const Directive& directive) {
  const Value* value = find_argument(directive, "if");
  if (value == nullptr) return Condition::absent;
  if (value->kind != ValueKind::boolean) return Condition::open;
  return value->text == "true" ? Condition::is_true : Condition::is_false;
}

/// Whether @skip or @include may leave the selection out.
bool can_be_left_out(const Selection& selection) {
  const Directive* skip = find_directive(selection.directives, "skip");
  if (skip != nullptr && condition_of(*skip) != Condition::is_false) return true;
  const Directive* include = find_directive(selection.directives, "include");
  if (include == nullptr) return false;
  const Condition condition = condition_of(*include);
  return condition == Condition::is_false || condition == Condition::open;
}

/// Whether @defer or @stream may be switched off.
bool can_be_off(const Directive& directive) {
  const Value* value = find_argument(directive, "if");
  if (value == nullptr) return false;
  return value->kind == ValueKind::variable || (value->kind == ValueKind::boolean && value->text == "false");
}

/// Incremental delivery (a proposal): a subscription defers and streams nothing, anywhere below it.
class DeferStreamDirectiveOnValidOperations final : public Rule {
 public:
  using Rule::Rule;

  void enter_operation(const OperationDefinition& node) override {
    if (node.operation != OperationType::subscription) return;
    visited_ = {};
    if (!check(node.selection_set)) return;
    for (const auto& entry : visited_) checked_.insert(entry.name, true);
  }

 private:
  /// Whether nothing is wrong with the selections.
  bool check(const SelectionSet& set) {
    const Descent here(depth_, context_.errors);
    if (!here) return false;
    bool is_valid = true;
    for (const Selection& selection : set.selections) {
      if (can_be_left_out(selection)) continue;
      for (const Directive& directive : selection.directives) is_valid = check(directive) && is_valid;
      is_valid = check_within(selection) && is_valid;
    }
    return is_valid;
  }

  bool check(const Directive& directive) {
    const bool is_defer = directive.name.text == "defer";
    if ((!is_defer && directive.name.text != "stream") || can_be_off(directive)) return true;
    std::vector<const Node*> nodes = {&directive};
    std::ranges::reverse_copy(spreads_, std::back_inserter(nodes));
    context_.errors.report(fmt::format("{} directive not supported on subscription operations. Disable `@{}` by setting the `if` argument "
                                       "to `false`.",
                                       is_defer ? "Defer" : "Stream", directive.name.text),
                           nodes);
    return false;
  }

  bool check_within(const Selection& selection) {
    if (selection.kind != Selection::Kind::fragment_spread) return !selection.selection_set || check(*selection.selection_set);
    if (checked_.contains(selection.name.text) || !visited_.insert(selection.name.text, true)) return true;
    const FragmentDefinition* fragment = context_.fragments.find(selection.name.text);
    if (fragment == nullptr) return true;
    spreads_.push_back(&selection);
    const bool is_valid = check(fragment->selection_set);
    spreads_.pop_back();
    return is_valid;
  }

  std::vector<const Node*> spreads_;  // that lead to the selection at hand
  NameMap<bool> visited_;             // fragments of this operation
  NameMap<bool> checked_;             // fragments in which nothing is wrong
  std::size_t depth_ = 0;
};

}  // namespace

void add_defer_stream_directive_on_valid_operations(RuleSet& rules) {
  rules.add<DeferStreamDirectiveOnValidOperations>();
}

}  // namespace millrace::graphql::validation
