#include "graphql/validation/document_size.hpp"

#include <algorithm>
#include <unordered_map>

namespace millrace::graphql::validation {
namespace {

/// What a definition's own text says: its size, and where it spreads fragments.
struct Outline {
  struct Spread {
    const FragmentDefinition* fragment;
    std::size_t depth;  // of the selection set that it stands in
  };
  DocumentSize size;
  std::vector<Spread> spreads;
};

Outline outline_of(const SelectionSet& set, const Fragments& fragments) {
  struct Open {
    const SelectionSet* set;
    std::size_t depth;
  };
  Outline outline;
  std::vector<Open> open = {{&set, 1}};
  while (!open.empty()) {
    const Open at = open.back();
    open.pop_back();
    outline.size.depth = std::max(outline.size.depth, at.depth);
    for (const Selection& selection : at.set->selections) {
      if (selection.selection_set) open.push_back({&*selection.selection_set, at.depth + 1});
      outline.size.fields += selection.kind == Selection::Kind::field;
      outline.size.aliases += selection.alias.has_value();
      if (selection.kind != Selection::Kind::fragment_spread) continue;
      if (const FragmentDefinition* fragment = fragments.find(selection.name.text)) outline.spreads.push_back({fragment, at.depth});
    }
  }
  return outline;
}

/// Adds up outlines, a fragment's own once.
class Sum {
 public:
  explicit Sum(const Fragments& fragments) : fragments_(fragments) {}

  DocumentSize of(const SelectionSet& set) {
    enter(set);
    while (open_.size() > 1 || open_.back()->next < open_.back()->outline.spreads.size()) step();
    const DocumentSize size = open_.back()->outline.size;
    open_.pop_back();
    return size;
  }

 private:
  struct Known {
    Outline outline;  // its size grows to the full one
    std::size_t next = 0;
  };

  void enter(const SelectionSet& set) { open_.push_back(&(known_[&set] = {outline_of(set, fragments_)})); }

  /// Counts the next spread of the selections at hand, or goes into its fragment first.
  void step() {
    Known& at = *open_.back();
    if (at.next == at.outline.spreads.size()) return open_.pop_back();
    const auto [fragment, depth] = at.outline.spreads[at.next];
    const auto found = known_.find(&fragment->selection_set);
    if (found == known_.end()) return enter(fragment->selection_set);
    DocumentSize& size = at.outline.size;
    const DocumentSize& more = found->second.outline.size;
    size.depth = std::max(size.depth, depth + more.depth);
    size.fields = std::min(size.fields + more.fields, kCountMax);
    size.aliases = std::min(size.aliases + more.aliases, kCountMax);
    ++at.next;
  }

  const Fragments& fragments_;
  std::unordered_map<const SelectionSet*, Known> known_;
  std::vector<Known*> open_;
};

}  // namespace

DocumentSize document_size(const Document& document, const Fragments& fragments) {
  DocumentSize most;
  Sum sum(fragments);
  for (const OperationDefinition& operation : document.operations) {
    const DocumentSize size =
        document.fragments.empty() ? outline_of(operation.selection_set, fragments).size : sum.of(operation.selection_set);
    most.depth = std::max(most.depth, size.depth);
    most.fields = std::max(most.fields, size.fields);
    most.aliases = std::max(most.aliases, size.aliases);
  }
  return most;
}

}  // namespace millrace::graphql::validation
