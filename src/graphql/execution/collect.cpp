#include "graphql/execution/collect.hpp"

#include <unordered_map>
#include <unordered_set>

namespace millrace::graphql {
namespace {

/// The `if` of a directive: a literal, or a variable that validation made a non-null Boolean.
bool condition(const Directive& directive, const Variables& variables) {
  for (const Argument& argument : directive.arguments) {
    if (argument.name.text != "if") continue;
    if (argument.value.kind != ValueKind::variable) return argument.value.text == "true";
    auto found = variables.find(argument.value.text);
    return found != variables.end() && found->second == "true";
  }
  return false;
}

/// 6.3.2, steps 3.a and 3.b.
bool is_included(const Selection& selection, const Variables& variables) {
  for (const Directive& directive : selection.directives) {
    if (directive.name.text == "skip" && condition(directive, variables)) return false;
    if (directive.name.text == "include" && !condition(directive, variables)) return false;
  }
  return true;
}

class Collector {
 public:
  Collector(const Schema& schema, const Document& document, const Variables& variables, const Type& type)
      : schema_(schema), document_(document), variables_(variables), type_(type) {}

  void collect(const SelectionSet& set) {
    for (const Selection& selection : set.selections) {
      if (!is_included(selection, variables_)) continue;
      switch (selection.kind) {
        case Selection::Kind::field: add(selection); break;
        case Selection::Kind::fragment_spread: spread(selection); break;
        case Selection::Kind::inline_fragment:
          if (!selection.type_condition || applies(selection.type_condition->text)) collect(*selection.selection_set);
          break;
      }
    }
  }

  std::vector<FieldGroup> take() { return std::move(groups_); }

 private:
  void add(const Selection& field) {
    auto [at, is_new] = index_.try_emplace(field.response_key(), groups_.size());
    if (is_new) groups_.push_back({field.response_key(), {}});
    groups_[at->second].nodes.push_back(&field);
  }

  void spread(const Selection& selection) {
    if (!visited_.insert(selection.name.text).second) return;
    for (const FragmentDefinition& fragment : document_.fragments) {
      if (fragment.name.text != selection.name.text) continue;
      if (applies(fragment.type_condition.text)) collect(fragment.selection_set);
      return;
    }
  }

  /// 6.3.2 DoesFragmentTypeApply.
  bool applies(std::string_view name) const {
    const Type* condition_type = schema_.type(name);
    return condition_type != nullptr && condition_type->includes(type_);
  }

  const Schema& schema_;
  const Document& document_;
  const Variables& variables_;
  const Type& type_;
  std::vector<FieldGroup> groups_;
  std::unordered_map<std::string_view, std::size_t> index_;
  std::unordered_set<std::string_view> visited_;
};

}  // namespace

std::vector<FieldGroup> collect_fields(const Schema& schema, const Document& document, const Variables& variables, const Type& type,
                                       const std::vector<const SelectionSet*>& sets) {
  Collector collector(schema, document, variables, type);
  for (const SelectionSet* set : sets) collector.collect(*set);
  return collector.take();
}

}  // namespace millrace::graphql
