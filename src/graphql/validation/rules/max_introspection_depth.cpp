#include <algorithm>

#include "graphql/validation/descent.hpp"
#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

constexpr std::size_t kListDepthMax = 3;

/// Whether the field lists types or fields, whose lists within lists grow fast.
bool is_list_field(std::string_view name) {
  constexpr std::string_view kListFields[] = {"fields", "interfaces", "possibleTypes", "inputFields"};
  return std::ranges::find(kListFields, name) != std::end(kListFields);
}

/// Not of the specification: bounds the work of introspection, as graphql-js does.
class MaxIntrospectionDepth final : public Rule {
 public:
  using Rule::Rule;

  void enter_field(const Selection& node) override {
    if (inside_ > 0) ++inside_;
    if (inside_ > 0 || (node.name.text != "__schema" && node.name.text != "__type")) return;
    visited_ = {};
    if (!exceeds(node, 0)) return;
    context_.errors.report("Maximum introspection depth exceeded", {&node});
    inside_ = 1;
  }

  void leave_field(const Selection&) override {
    if (inside_ > 0) --inside_;
  }

 private:
  /// How many lists were around a fragment when it was looked at, plus one; 0: not looked at.
  using Depths = NameMap<std::size_t>;

  bool exceeds(const Selection& node, std::size_t lists) {
    const Descent here(depth_, context_.errors);
    if (!here) return false;
    if (node.kind == Selection::Kind::fragment_spread) return spread_exceeds(node.name.text, lists);
    if (node.kind == Selection::Kind::field && is_list_field(node.name.text) && ++lists >= kListDepthMax) return true;
    return node.selection_set && exceeds(*node.selection_set, lists);
  }

  bool exceeds(const SelectionSet& set, std::size_t lists) {
    return std::ranges::any_of(set.selections, [&](const Selection& selection) { return exceeds(selection, lists); });
  }

  bool spread_exceeds(std::string_view name, std::size_t lists) {
    const std::size_t exceeded = exceeded_[name];
    if (exceeded > 0 && exceeded <= lists + 1) return true;
    if (visited_[name] > lists || checked_[name] > lists) return false;
    const FragmentDefinition* fragment = context_.fragments.find(name);
    if (fragment == nullptr) return false;
    visited_[name] = lists + 1;
    const bool result = exceeds(fragment->selection_set, lists);
    (result ? exceeded_ : checked_)[name] = lists + 1;
    return result;
  }

  Depths visited_;   // from the field at hand
  Depths checked_;   // and found right
  Depths exceeded_;  // and found too deep
  std::size_t depth_ = 0;
  std::size_t inside_ = 0;  // fields open, from the one reported on
};

}  // namespace

void add_max_introspection_depth(RuleSet& rules) {
  rules.add<MaxIntrospectionDepth>();
}

}  // namespace millrace::graphql::validation
