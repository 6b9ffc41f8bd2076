#include <fmt/format.h>

#include <algorithm>

#include "graphql/validation/field_conflicts.hpp"
#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// Whether the selections are fields alone, each with a response key of its own. Most are, and then nothing is to be merged.
bool are_distinct_fields(const NodeList<Selection>& selections) {
  return std::ranges::all_of(selections, [](const Selection& selection) { return selection.kind == Selection::Kind::field; }) &&
         are_names_distinct(selections, [](const Selection& field) { return field.response_key(); });
}

/// 5.3.2 Field Selection Merging
class OverlappingFieldsCanBeMerged final : public Rule {
 public:
  explicit OverlappingFieldsCanBeMerged(Context& context) : Rule(context), conflicts_(context) {}

  void enter_selection_set(const SelectionSet& node) override {
    const NodeList<Selection>& selections = node.selections;
    if (selections.size() == 1 && selections.front().kind != Selection::Kind::inline_fragment) return;
    if (are_distinct_fields(selections)) return;
    for (FieldConflict& conflict : conflicts_.within(context_.position.parent, node)) {
      std::vector<const Node*> nodes = std::move(conflict.left);
      nodes.insert(nodes.end(), conflict.right.begin(), conflict.right.end());
      context_.errors.report(
          fmt::format("Fields \"{}\" conflict because {}. Use different aliases on the fields to fetch both if this was intentional.",
                      abbreviated(conflict.response_key), conflict.reason),
          nodes);
    }
  }

 private:
  FieldConflicts conflicts_;
};

}  // namespace

void add_overlapping_fields_can_be_merged(RuleSet& rules) {
  rules.add<OverlappingFieldsCanBeMerged>();
}

}  // namespace millrace::graphql::validation
