#include "graphql/validation/fragments.hpp"

#include <algorithm>

namespace millrace::graphql::validation {
namespace {

/// Names in the order in which they came, each once.
class NameList {
 public:
  void add(std::string_view name) {
    if (known_.insert(name, true)) names_.push_back(name);
  }
  const std::vector<std::string_view>& names() const { return names_; }

 private:
  NameMap<bool> known_;
  std::vector<std::string_view> names_;
};

}  // namespace

Fragments::Fragments(const Document& document, ErrorSink& errors) : errors_(errors) {
  for (const FragmentDefinition& definition : document.fragments) by_name_[definition.name.text] = &definition;
}

const FragmentDefinition* Fragments::find(std::string_view name) const {
  const auto* found = by_name_.find(name);
  return found != nullptr ? *found : nullptr;
}

const std::vector<const Selection*>& Fragments::spreads(const SelectionSet& set) {
  const auto [entry, is_new] = spreads_.try_emplace(&set);
  if (!is_new) return entry->second;
  // The last nested set comes first: the order of errors depends on it.
  std::vector<const SelectionSet*> sets = {&set};
  while (!sets.empty()) {
    const SelectionSet& next = *sets.back();
    sets.pop_back();
    for (const Selection& selection : next.selections) {
      if (selection.kind == Selection::Kind::fragment_spread) {
        entry->second.push_back(&selection);
      } else if (selection.selection_set) {
        sets.push_back(&*selection.selection_set);
      }
    }
  }
  return entry->second;
}

const Fragments::Definitions& Fragments::reached(std::span<const OperationDefinition* const> operations) {
  NameList list;
  for (const OperationDefinition* operation : operations) {
    for (const Selection* spread : spreads(operation->selection_set)) list.add(spread->name.text);
  }
  std::vector<std::string_view> key = list.names();
  std::ranges::sort(key);
  const auto [entry, is_new] = reached_.try_emplace(std::move(key));
  if (is_new) entry->second = follow(list.names());
  return entry->second;
}

Fragments::Definitions Fragments::follow(std::vector<std::string_view> names) {
  Definitions result;
  NameList list;
  for (std::string_view name : names) list.add(name);
  spend(names.size());
  for (std::size_t i = 0; i < list.names().size() && !errors_.is_stopped(); ++i) {
    const FragmentDefinition* fragment = find(list.names()[i]);
    if (fragment == nullptr) continue;
    result.push_back(fragment);
    const auto& within = spreads(fragment->selection_set);
    spend(within.size());
    for (const Selection* spread : within) list.add(spread->name.text);
  }
  return result;
}

void Fragments::spend(std::size_t work) {
  if (work > work_left_) return errors_.abort();
  work_left_ -= work;
}

}  // namespace millrace::graphql::validation
