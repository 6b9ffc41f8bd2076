#include "graphql/execution/collect.hpp"

#include <algorithm>

namespace millrace::graphql {
namespace {

const Directive* find_directive(const Selection& selection, std::string_view name) {
  auto found = std::ranges::find(selection.directives, name, [](const Directive& directive) { return directive.name.text; });
  return found == selection.directives.end() ? nullptr : &*found;
}

class Collector {
 public:
  Collector(const CollectInput& input, const Type& type, std::size_t& work) : input_(input), type_(type), work_(work) {}

  void collect(const SelectionSet& set) {
    for (const Selection& selection : set.selections) {
      ++work_;
      if (!is_included(selection)) continue;
      switch (selection.kind) {
        case Selection::Kind::field: add(selection); break;
        case Selection::Kind::fragment_spread: spread(selection); break;
        case Selection::Kind::inline_fragment:
          if (!selection.type_condition || applies(selection.type_condition->text)) collect(*selection.selection_set);
          break;
      }
    }
  }

  std::expected<std::vector<FieldGroup>, Fault> take() {
    if (fault_) return std::unexpected(*std::move(fault_));
    return std::move(groups_);
  }

 private:
  /// 6.3.2, steps 3.a and 3.b. After a fault nothing is.
  bool is_included(const Selection& selection) {
    if (fault_) return false;
    const Directive* skip = find_directive(selection, "skip");
    if (skip != nullptr && condition(*skip)) return false;
    if (fault_) return false;
    const Directive* include = find_directive(selection, "include");
    return include == nullptr || condition(*include);
  }

  /// The `if` of a directive, a literal or a variable. One of nullable type with a default is allowed there, and may be given as null.
  bool condition(const Directive& directive) {
    auto given = std::ranges::find(directive.arguments, "if", [](const Argument& argument) { return argument.name.text; });
    CHECK(given != directive.arguments.end());
    if (given->value.kind != ValueKind::variable) return given->value.text == "true";
    auto found = input_.variables.find(given->value.text);
    if (found != input_.variables.end() && found->second != "null") return found->second == "true";
    fault_ = {
        fmt::format("Argument \"@{}(if:)\" has invalid value: Expected variable \"${}\" provided to non-null type \"Boolean!\" not to be "
                    "null.",
                    directive.name.text, given->value.text),
        given->value.begin};
    return false;
  }

  void add(const Selection& field) {
    if (index_.insert(field.response_key(), groups_.size())) groups_.push_back({field.response_key(), {}});
    groups_[*index_.find(field.response_key())].nodes.push_back(&field);
  }

  void spread(const Selection& selection) {
    if (!visited_.insert(selection.name.text, true)) return;
    const FragmentDefinition* const* fragment = input_.fragments.find(selection.name.text);
    if (fragment != nullptr && applies((*fragment)->type_condition.text)) collect((*fragment)->selection_set);
  }

  /// 6.3.2 DoesFragmentTypeApply.
  bool applies(std::string_view name) const {
    const Type* condition_type = input_.schema.type(name);
    return condition_type != nullptr && condition_type->includes(type_);
  }

  const CollectInput& input_;
  const Type& type_;
  std::size_t& work_;
  std::vector<FieldGroup> groups_;
  validation::NameMap<std::size_t> index_;
  validation::NameMap<bool> visited_;
  std::optional<Fault> fault_;
};

}  // namespace

FragmentMap fragments_by_name(const Document& document) {
  FragmentMap fragments;
  for (const FragmentDefinition& fragment : document.fragments) fragments.insert(fragment.name.text, &fragment);
  return fragments;
}

std::expected<std::vector<FieldGroup>, Fault> collect_fields(const CollectInput& input, const Type& type,
                                                             const std::vector<const SelectionSet*>& sets, std::size_t& work) {
  Collector collector(input, type, work);
  for (const SelectionSet* set : sets) collector.collect(*set);
  return collector.take();
}

}  // namespace millrace::graphql
