#include "graphql/validation/collected_fields.hpp"

#include <algorithm>

#include "graphql/validation/directive_search.hpp"

namespace millrace::graphql::validation {

CollectedFields& FieldCollector::fields(const Type* parent, const SelectionSet& set) {
  const auto [entry, is_new] = known_.try_emplace({&set, parent});
  if (!is_new) return entry->second;
  entry->second.number = static_cast<std::uint32_t>(known_.size());
  collect(entry->second, parent, set);
  return entry->second;
}

CollectedFields& FieldCollector::fields(const FragmentDefinition& fragment) {
  CollectedFields*& known = of_fragment_[fragment.number];
  if (known == nullptr) known = &fields(context_.schema.type(fragment.type_condition.text), fragment.selection_set);
  return *known;
}

void FieldCollector::collect(CollectedFields& into, const Type* parent, const SelectionSet& set) {
  for (const Selection& selection : set.selections) {
    switch (selection.kind) {
      case Selection::Kind::field: add_field(into, parent, selection); break;
      case Selection::Kind::fragment_spread: add_spread(into, selection); break;
      case Selection::Kind::inline_fragment: {
        const auto& condition = selection.type_condition;
        collect(into, condition ? context_.schema.type(condition->text) : parent, *selection.selection_set);
      }
    }
  }
}

void FieldCollector::add_field(CollectedFields& into, const Type* parent, const Selection& field) {
  const bool has_fields = parent != nullptr && (parent->kind == TypeKind::object || parent->kind == TypeKind::interface);
  const Directive* stream = find_directive(field.directives, "stream");
  into.by_key[field.response_key()].push_back({
      .node = &field,
      .parent = parent,
      .definition = has_fields ? parent->field(field.name.text) : nullptr,
      .stream = stream,
      .is_simple = field.arguments.empty() && !field.selection_set && stream == nullptr,
      .number = ++fields_count_,
  });
}

void FieldCollector::add_spread(CollectedFields& into, const Selection& spread) {
  ++into.spread_count;
  const FragmentDefinition* fragment = context_.fragments.find(spread.name.text);
  if (std::ranges::find(into.spreads, fragment) == into.spreads.end()) into.spreads.push_back(fragment);
}

}  // namespace millrace::graphql::validation
