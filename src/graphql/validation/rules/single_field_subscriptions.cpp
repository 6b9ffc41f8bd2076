#include <fmt/format.h>

#include <algorithm>

#include "graphql/type/check/subtype.hpp"
#include "graphql/validation/descent.hpp"
#include "graphql/validation/directive_search.hpp"
#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.2.4.1 CollectSubscriptionFields: the root fields by response key, fragments followed. It does not evaluate @skip and @include but
/// notes them, as they are forbidden here.
class RootFields {
 public:
  RootFields(Context& context, const Type& root) : context_(context), root_(root) {}

  void collect(const SelectionSet& set, const Directive* defer = nullptr) {
    const Descent here(depth_, context_.errors);
    if (!here) return;
    spend(set);
    for (const Selection& selection : set.selections) {
      if (context_.errors.is_stopped()) return;
      if (is_conditional(selection)) continue;
      switch (selection.kind) {
        case Selection::Kind::field: by_key_[selection.response_key()].push_back(&selection); break;
        case Selection::Kind::inline_fragment: collect_inline(selection, defer); break;
        case Selection::Kind::fragment_spread: collect_spread(selection, defer); break;
      }
    }
  }

  const NameMap<std::vector<const Node*>>& by_key() const { return by_key_; }
  const std::vector<const Node*>& conditions() const { return conditions_; }

 private:
  void spend(const SelectionSet& set) {
    std::size_t work = set.selections.size();
    for (const Selection& selection : set.selections) {
      const Directive* defer = find_directive(selection.directives, "defer");
      work += selection.directives.size() + (defer != nullptr ? defer->arguments.size() : 0);
    }
    context_.fragments.spend(work);
  }

  bool is_conditional(const Selection& selection) {
    const Directive* condition = find_directive(selection.directives, "skip");
    if (condition == nullptr) condition = find_directive(selection.directives, "include");
    if (condition != nullptr) conditions_.push_back(condition);
    return condition != nullptr;
  }

  void collect_inline(const Selection& fragment, const Directive* defer) {
    if (fragment.type_condition && !applies(*fragment.type_condition)) return;
    const Directive* own = defer_of(fragment);
    collect(*fragment.selection_set, own != nullptr ? own : defer);
  }

  /// A fragment counts once, and once for each @defer as long as it does not count without one.
  void collect_spread(const Selection& spread, const Directive* defer) {
    const FragmentDefinition* fragment = context_.fragments.find(spread.name.text);
    if (fragment == nullptr || !applies(fragment->type_condition)) return;
    const Directive* own = defer_of(spread);
    if (own != nullptr) defer = own;
    std::vector<const Directive*>& visited = visited_[spread.name.text];
    const auto was_visited = [&](const Directive* by) { return std::ranges::find(visited, by) != visited.end(); };
    if (was_visited(nullptr) || was_visited(defer)) return;
    visited.push_back(defer);
    collect(fragment->selection_set, defer);
  }

  bool applies(const Name& type_condition) const {
    const Type* type = context_.schema.type(type_condition.text);
    return type != nullptr && is_subtype(root_, *type);
  }

  static const Directive* defer_of(const Selection& selection) {
    const Directive* defer = find_directive(selection.directives, "defer");
    if (defer == nullptr) return nullptr;
    const Value* condition = find_argument(*defer, "if");
    const bool is_off = condition != nullptr && condition->kind == ValueKind::boolean && condition->text == "false";
    return is_off ? nullptr : defer;
  }

  Context& context_;
  const Type& root_;
  NameMap<std::vector<const Node*>> by_key_;
  std::vector<const Node*> conditions_;
  NameMap<std::vector<const Directive*>> visited_;  // fragments, and by which @defer
  std::size_t depth_ = 0;
};

/// 5.2.4.1 Single Root Field
class SingleFieldSubscriptions final : public Rule {
 public:
  using Rule::Rule;

  void enter_operation(const OperationDefinition& node) override {
    const Type* root = context_.schema.subscription();
    if (node.operation != OperationType::subscription || root == nullptr) return;
    RootFields fields(context_, *root);
    fields.collect(node.selection_set);
    if (context_.errors.is_stopped()) return;
    const std::string subject = node.name ? fmt::format("Subscription \"{}\"", node.name->text) : "Anonymous Subscription";
    if (!fields.conditions().empty()) {
      context_.errors.report(subject + " must not use `@skip` or `@include` directives in the top level selection.", fields.conditions());
      return;
    }
    check_count(node, fields, subject);
    check_introspection(fields, subject);
  }

 private:
  void check_count(const OperationDefinition& node, const RootFields& fields, const std::string& subject) {
    if (fields.by_key().empty()) context_.errors.report(subject + " must select one top level field.", {&node.selection_set});
    if (fields.by_key().size() < 2) return;
    std::vector<const Node*> extra;
    for (auto entry = fields.by_key().begin() + 1; entry != fields.by_key().end(); ++entry) {
      extra.insert(extra.end(), entry->value.begin(), entry->value.end());
    }
    context_.errors.report(subject + " must select only one top level field.", extra);
  }

  void check_introspection(const RootFields& fields, const std::string& subject) {
    for (const auto& [key, nodes] : fields.by_key()) {
      if (!static_cast<const Selection*>(nodes.front())->name.text.starts_with("__")) continue;
      context_.errors.report(subject + " must not select an introspection top level field.", nodes);
    }
  }
};

}  // namespace

void add_single_field_subscriptions(RuleSet& rules) {
  rules.add<SingleFieldSubscriptions>();
}

}  // namespace millrace::graphql::validation
