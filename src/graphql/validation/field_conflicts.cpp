#include "graphql/validation/field_conflicts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graphql/validation/descent.hpp"

namespace millrace::graphql::validation {
namespace {

// How a pair was compared.
constexpr unsigned kExclusively = 1;
constexpr unsigned kStrictly = 2;

constexpr std::size_t kDetailLengthMax = 1000;
constexpr std::size_t kNodesMax = 20;  // of each side of a conflict

/// Whether graphql-js has one and the same type object for both: it makes wrappers anew for each field. Decides what a comparison costs.
bool is_same_object(const Field* left, const Field* right) {
  if (left == right) return true;
  const bool are_named = left != nullptr && right != nullptr && left->type.is_named() && right->type.is_named();
  return are_named && left->type.named == right->type.named;
}

bool are_exclusive(const Type* left, const Type* right) {
  if (left == right || left == nullptr || right == nullptr) return false;
  return left->kind == TypeKind::object && right->kind == TypeKind::object;
}

/// The field, then what conflicts below it: of each conflict the last nodes that there is room for.
std::vector<const Node*> nodes_of(const Selection* field, const std::vector<FieldConflict>& conflicts,
                                  std::vector<const Node*> FieldConflict::* side) {
  std::vector<const Node*> nodes = {field};
  for (const FieldConflict& conflict : conflicts) {
    const std::vector<const Node*>& more = conflict.*side;
    const auto count = static_cast<std::ptrdiff_t>(std::min(more.size(), kNodesMax - nodes.size()));
    nodes.insert(nodes.end(), more.end() - count, more.end());
    if (nodes.size() == kNodesMax) break;
  }
  return nodes;
}

}  // namespace

std::string abbreviated(std::string_view text) {
  if (text.size() <= kDetailLengthMax) return std::string(text);
  return std::string(text.substr(0, kDetailLengthMax)) + "...";
}

bool FieldConflicts::ComparedPairs::contains(std::uint32_t a, std::uint32_t b, bool exclusive) const {
  const unsigned found = compared_.get(a, b);
  return found == kStrictly || (exclusive && found == kExclusively);
}

bool FieldConflicts::ComparedPairs::add(std::uint32_t a, std::uint32_t b, bool exclusive) {
  if (contains(a, b, exclusive)) return false;
  compared_.set(a, b, exclusive ? kExclusively : kStrictly);
  return true;
}

std::vector<FieldConflict> FieldConflicts::within(const Type* parent, const SelectionSet& set) {
  Found found;
  Fields& fields = collector_.fields(parent, set);
  within_groups(found, fields);
  const bool has_pairs = fields.spread_count > 0 && (!fields.by_key.empty() || fields.spread_count > 1);
  if (!has_pairs) return found;
  const std::vector<const FragmentDefinition*>& fragments = spreads(fields);
  for (std::size_t i = 0; i < fragments.size() && !context_.errors.is_stopped(); ++i) {
    with_fragment(found, false, fields, fragments[i]);
    for (std::size_t j = i + 1; j < fragments.size() && !context_.errors.is_stopped(); ++j) {
      between_fragments(found, false, fragments[i], fragments[j]);
    }
  }
  return found;
}

void FieldConflicts::within_groups(Found& found, const Fields& fields) {
  for (const auto& [key, group] : fields.by_key) {
    for (std::size_t i = 0; i < group.size(); ++i) {
      for (std::size_t j = i + 1; j < group.size(); ++j) {
        if (context_.errors.is_stopped()) return;
        compare(found, {group[i], group[j], false});
      }
    }
  }
}

void FieldConflicts::between(Found& found, bool exclusive, const Fields& left, const Fields& right) {
  if (left.by_key.empty() || right.by_key.empty()) return;
  if (overlaps_.get(left.number, right.number) == 0) {
    overlaps_.set(left.number, right.number, 1);
    spend(left.by_key.size());
  }
  for (const auto& [key, group] : left.by_key) {
    const Fields::Group* same_key = right.by_key.find(key);
    if (same_key == nullptr) continue;
    for (const CollectedField& one : group) {
      for (const CollectedField& other : *same_key) {
        if (context_.errors.is_stopped()) return;
        compare(found, {one, other, exclusive});
      }
    }
  }
}

void FieldConflicts::with_fragment(Found& found, bool exclusive, const Fields& fields, const FragmentDefinition* fragment) {
  const Descent here(depth_, context_.errors);
  spend(1);
  if (!here || fields.by_key.empty()) return;
  if (!fields_and_fragments_.add(fields.number, number_of(fragment), exclusive) || fragment == nullptr) return;
  Fields& others = collector_.fields(*fragment);
  const std::vector<const FragmentDefinition*>& nested = spreads(others);
  if (&fields == &others) return;
  between(found, exclusive, fields, others);
  for (const FragmentDefinition* next : nested) with_fragment(found, exclusive, fields, next);
}

void FieldConflicts::between_fragments(Found& found, bool exclusive, const FragmentDefinition* left, const FragmentDefinition* right) {
  const Descent here(depth_, context_.errors);
  spend(2);
  if (!here || left == right) return;
  const std::uint32_t left_number = number_of(left);
  const std::uint32_t right_number = number_of(right);
  if (fragments_.contains(right_number, left_number, exclusive) || !fragments_.add(left_number, right_number, exclusive)) return;
  if (left == nullptr || right == nullptr) return;
  Fields& of_left = collector_.fields(*left);
  const std::vector<const FragmentDefinition*>& nested_left = spreads(of_left);
  Fields& of_right = collector_.fields(*right);
  const std::vector<const FragmentDefinition*>& nested_right = spreads(of_right);
  between(found, exclusive, of_left, of_right);
  for (const FragmentDefinition* next : nested_right) between_fragments(found, exclusive, left, next);
  for (const FragmentDefinition* next : nested_left) between_fragments(found, exclusive, next, right);
}

void FieldConflicts::between_sub_selections(Found& found, Pair pair) {
  const Descent here(depth_, context_.errors);
  if (!here) return;
  const bool exclusive = pair.exclusive;
  Fields& left = collector_.fields(pair.left.type().named, *pair.left.node->selection_set);
  const std::vector<const FragmentDefinition*>& nested_left = spreads(left);
  Fields& right = collector_.fields(pair.right.type().named, *pair.right.node->selection_set);
  const std::vector<const FragmentDefinition*>& nested_right = spreads(right);
  between(found, exclusive, left, right);
  for (const FragmentDefinition* fragment : nested_right) with_fragment(found, exclusive, left, fragment);
  for (const FragmentDefinition* fragment : nested_left) with_fragment(found, exclusive, right, fragment);
  for (const FragmentDefinition* one : nested_left) {
    if (context_.errors.is_stopped()) return;
    for (const FragmentDefinition* other : nested_right) between_fragments(found, exclusive, one, other);
  }
}

/// 5.3.2: two fields with one response key.
void FieldConflicts::compare(Found& found, Pair pair) {
  spend(2);
  const auto& [left, right, parents_exclusive] = pair;
  // The most common comparison, and the only one that a long list of the same leaf makes.
  const bool is_same_leaf = left.is_simple && right.is_simple && is_same_object(left.definition, right.definition);
  if (is_same_leaf && left.node->name.text == right.node->name.text) return;
  pair.exclusive = parents_exclusive || are_exclusive(left.parent, right.parent);
  if (std::string reason = reason_of(pair); !reason.empty()) {
    found.push_back({left.response_key(), std::move(reason), {left.node}, {right.node}});
  } else if (left.node->selection_set && right.node->selection_set) {
    Found nested;
    between_sub_selections(nested, pair);
    if (!nested.empty()) found.push_back(below(pair, nested));
  }
}

std::string FieldConflicts::reason_of(const Pair& pair) {
  const auto& [left, right, exclusive] = pair;
  if (!exclusive && left.node->name.text != right.node->name.text) {
    return fmt::format("\"{}\" and \"{}\" are different fields", abbreviated(left.node->name.text), abbreviated(right.node->name.text));
  }
  if (!exclusive && !same_arguments(pair)) return "they have differing arguments";
  if (left.stream != nullptr || right.stream != nullptr) return stream_reason(pair);
  if (left.definition == nullptr || right.definition == nullptr || is_same_object(left.definition, right.definition)) return {};
  if (!types_conflict(left.type(), right.type())) return {};
  return fmt::format("they return conflicting types \"{}\" and \"{}\"", left.type().to_string(), right.type().to_string());
}

bool FieldConflicts::same_arguments(const Pair& pair) {
  return same(arguments_answers_, pair, pair.left.node->arguments, pair.right.node->arguments);
}

bool FieldConflicts::same(Answers& answers, const Pair& pair, const NodeList<Argument>& left, const NodeList<Argument>& right) {
  unsigned known = answers.get(pair.left.number, pair.right.number);
  if (known == kUnknown) {
    const auto outcome = arguments_.compare(left, right);
    spend(outcome.work);
    known = outcome.is_same ? kSame : kDifferent;
    answers.set(pair.left.number, pair.right.number, known);
  }
  return known == kSame;
}

std::string FieldConflicts::stream_reason(const Pair& pair) {
  std::string reason = "they have overlapping stream directives";
  if (pair.left.stream == nullptr || pair.right.stream == nullptr) return reason;
  const bool is_same = same(stream_answers_, pair, pair.left.stream->arguments, pair.right.stream->arguments);
  if (is_same) reason += ". See https://github.com/graphql/defer-stream-wg/discussions/100";
  return reason;
}

/// 5.3.2 SameResponseShape: equal lists and non-nulls around equal leaves, or around composite types.
bool FieldConflicts::types_conflict(TypeView left, TypeView right) {
  spend(1);
  while (!left.is_named() || !right.is_named()) {
    if (left.is_list() != right.is_list() || left.is_non_null() != right.is_non_null()) return true;
    left = left.inner();
    right = right.inner();
    if (left.is_named() && right.is_named() && left.named == right.named) return false;
    spend(1);
  }
  return left.named != right.named && (left.named->is_leaf() || right.named->is_leaf());
}

FieldConflict FieldConflicts::below(Pair pair, const Found& conflicts) {
  std::string reason;
  for (const FieldConflict& conflict : conflicts) {
    reason += fmt::format("{}subfields \"{}\" conflict because {}", reason.empty() ? "" : " and ", abbreviated(conflict.response_key),
                          conflict.reason);
    if (reason.size() > kDetailLengthMax) break;
  }
  return {pair.left.response_key(), abbreviated(reason), nodes_of(pair.left.node, conflicts, &FieldConflict::left),
          nodes_of(pair.right.node, conflicts, &FieldConflict::right)};
}

const std::vector<const FragmentDefinition*>& FieldConflicts::spreads(Fields& fields) {
  if (!fields.are_spreads_counted) spend(fields.spread_count);
  fields.are_spreads_counted = true;
  return fields.spreads;
}

std::uint32_t FieldConflicts::number_of(const FragmentDefinition* fragment) const {
  return fragment == nullptr ? 0 : fragment->number + 1;
}

void FieldConflicts::spend(std::size_t work) {
  if (work > work_left_) return context_.errors.abort();
  work_left_ -= work;
}

}  // namespace millrace::graphql::validation
