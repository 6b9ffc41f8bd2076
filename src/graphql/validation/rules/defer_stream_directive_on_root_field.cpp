#include <fmt/format.h>

#include "graphql/validation/descent.hpp"
#include "graphql/validation/directive_search.hpp"
#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

std::string_view word(OperationType operation) {
  return operation == OperationType::mutation ? "mutation" : "subscription";
}

/// Incremental delivery (a proposal that graphql-js checks, and that a schema must declare itself): root fields of mutations and
/// subscriptions are neither deferred nor streamed.
class DeferStreamDirectiveOnRootField final : public Rule {
 public:
  using Rule::Rule;

  void enter_operation(const OperationDefinition& node) override {
    const Type* root = context_.schema.root(node.operation);
    if (node.operation == OperationType::query || root == nullptr) return;
    subject_ = fmt::format("directive cannot be used on root {} type \"{}\".", word(node.operation), root->name);
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
    for (const Selection& selection : set.selections) is_valid = check(selection) && is_valid;
    return is_valid;
  }

  bool check(const Selection& selection) {
    switch (selection.kind) {
      case Selection::Kind::field: return forbid(selection, "stream", "Stream");
      case Selection::Kind::fragment_spread: return check_spread(selection);
      case Selection::Kind::inline_fragment: {
        const bool is_valid = forbid(selection, "defer", "Defer");
        return check(*selection.selection_set) && is_valid;
      }
    }
    return true;
  }

  bool check_spread(const Selection& spread) {
    if (!visited_.insert(spread.name.text, true)) return true;
    const FragmentDefinition* fragment = context_.fragments.find(spread.name.text);
    if (fragment == nullptr) return true;
    const bool is_valid = forbid(spread, "defer", "Defer");
    return (checked_.contains(spread.name.text) || check(fragment->selection_set)) && is_valid;
  }

  bool forbid(const Selection& selection, std::string_view name, std::string_view title) {
    const Directive* found = find_directive(selection.directives, name);
    if (found != nullptr) context_.errors.report(fmt::format("{} {}", title, subject_), {found});
    return found == nullptr;
  }

  std::string subject_;
  NameMap<bool> visited_;  // fragments of this operation
  NameMap<bool> checked_;  // fragments in which nothing is wrong
  std::size_t depth_ = 0;
};

}  // namespace

void add_defer_stream_directive_on_root_field(RuleSet& rules) {
  rules.add<DeferStreamDirectiveOnRootField>();
}

}  // namespace millrace::graphql::validation
