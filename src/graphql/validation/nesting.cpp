#include "graphql/validation/nesting.hpp"

#include <algorithm>
#include <unordered_map>

namespace millrace::graphql::validation {
namespace {

/// What a definition's own text says: its depth, and where it spreads fragments.
struct Outline {
  struct Spread {
    const FragmentDefinition* fragment;
    std::size_t depth;  // of the selection set that it stands in
  };
  std::size_t depth = 0;
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
    outline.depth = std::max(outline.depth, at.depth);
    for (const Selection& selection : at.set->selections) {
      if (selection.selection_set) open.push_back({&*selection.selection_set, at.depth + 1});
      if (selection.kind != Selection::Kind::fragment_spread) continue;
      if (const FragmentDefinition* fragment = fragments.find(selection.name.text)) outline.spreads.push_back({fragment, at.depth});
    }
  }
  return outline;
}

/// Adds up outlines, a fragment once.
class Nesting {
 public:
  explicit Nesting(const Fragments& fragments) : fragments_(fragments) {}

  std::size_t of(const SelectionSet& set) {
    enter(set);
    while (open_.size() > 1 || open_.back()->next < open_.back()->outline.spreads.size()) step();
    const std::size_t depth = open_.back()->outline.depth;
    open_.pop_back();
    return depth;
  }

 private:
  struct Known {
    Outline outline;  // its depth grows to the full one
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
    at.outline.depth = std::max(at.outline.depth, depth + found->second.outline.depth);
    ++at.next;
  }

  const Fragments& fragments_;
  std::unordered_map<const SelectionSet*, Known> known_;
  std::vector<Known*> open_;
};

}  // namespace

std::size_t nesting(const Document& document, const Fragments& fragments) {
  if (document.fragments.empty()) return 0;
  Nesting nesting(fragments);
  std::size_t most = 0;
  for (const OperationDefinition& operation : document.operations) most = std::max(most, nesting.of(operation.selection_set));
  return most;
}

}  // namespace millrace::graphql::validation
