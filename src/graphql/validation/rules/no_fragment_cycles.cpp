#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.5.2.2 Fragment Spreads Must Not Form Cycles
///
/// Follows spreads depth first, keeping the path of spreads that leads to the fragment at hand. A spread of a fragment that the path came
/// through closes a cycle, and the end of the path from there on is that cycle.
class NoFragmentCycles final : public Rule {
 public:
  using Rule::Rule;

  void enter_fragment(const FragmentDefinition& node) override {
    enter(node);
    while (!open_.empty() && !context_.errors.is_stopped()) step();
  }

 private:
  struct Open {
    std::string_view name;
    const std::vector<const Selection*>* spreads;
    std::size_t next = 0;
    bool entered_by_spread = false;
  };

  void enter(const FragmentDefinition& fragment) {
    if (!visited_.insert(fragment.name.text, true)) return;
    const auto& spreads = context_.fragments.spreads(fragment.selection_set);
    if (spreads.empty()) return;
    path_index_[fragment.name.text] = path_.size() + 1;
    open_.push_back({fragment.name.text, &spreads});
  }

  /// Takes the next spread of the fragment at hand, or leaves it after its last.
  void step() {
    Open& at = open_.back();
    // What a spread led to is done.
    if (at.entered_by_spread) path_.pop_back();
    at.entered_by_spread = false;
    if (at.next == at.spreads->size()) return leave();
    const Selection& spread = *(*at.spreads)[at.next++];
    path_.push_back(&spread);
    at.entered_by_spread = true;
    if (const std::size_t index = path_index_[spread.name.text]; index > 0) {
      report(index - 1);
    } else if (const FragmentDefinition* fragment = context_.fragments.find(spread.name.text); fragment != nullptr) {
      enter(*fragment);
    }
  }

  void leave() {
    path_index_[open_.back().name] = 0;
    open_.pop_back();
  }

  void report(std::size_t cycle_begin) {
    const std::span<const Node* const> cycle = std::span(path_).subspan(cycle_begin);
    std::string via;
    for (const Node* spread : cycle.first(cycle.size() - 1)) {
      via.append(via.empty() ? " via \"" : ", \"").append(static_cast<const Selection*>(spread)->name.text).append("\"");
    }
    const auto* last = static_cast<const Selection*>(cycle.back());
    context_.errors.report(fmt::format("Cannot spread fragment \"{}\" within itself{}.", last->name.text, via), cycle);
  }

  NameMap<bool> visited_;
  std::vector<Open> open_;
  std::vector<const Node*> path_;    // spreads all
  NameMap<std::size_t> path_index_;  // of an open fragment: how long the path was before it, plus one; 0: not open
};

}  // namespace

void add_no_fragment_cycles(RuleSet& rules) {
  rules.add<NoFragmentCycles>();
}

}  // namespace millrace::graphql::validation
