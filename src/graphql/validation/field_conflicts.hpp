// Selections that cannot be merged into one response (5.3.2 FieldsInSetCanMerge).
//
// Comparing every field with every other through all fragments would take exponential time on a document made for it. So, as in graphql-js:
//  - a selection set is collected once, and its fragments are not expanded;
//  - fields of a set are compared with each other, with each fragment that it spreads, and these fragments with each other;
//  - each pair of sets, of a set and a fragment, and of fragments is compared once (twice when first under parents that exclude each
//  other);
//  - all comparisons together have a budget. Validation is aborted when it is used up: some 700 fields of one name are enough.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/validation/argument_comparison.hpp"
#include "graphql/validation/collected_fields.hpp"
#include "graphql/validation/pair_table.hpp"

namespace millrace::graphql::validation {

/// Two fields, or fields below two fields, that conflict.
struct FieldConflict {
  std::string_view response_key;
  std::string reason;
  std::vector<const Node*> left;
  std::vector<const Node*> right;
};

/// Of a response key or reason as messages show it: cut off after a thousand characters.
std::string abbreviated(std::string_view text);

class FieldConflicts {
 public:
  explicit FieldConflicts(Context& context) : context_(context), collector_(context), work_left_(context.comparisons_max) {}

  /// Every conflict within a selection set, fragments included, that has not been found before.
  std::vector<FieldConflict> within(const Type* parent, const SelectionSet& set);

 private:
  using Found = std::vector<FieldConflict>;
  using Fields = CollectedFields;

  /// Pairs that were compared, and how: under parents that exclude each other less is checked.
  class ComparedPairs {
   public:
    /// Notes the pair. False when it was compared at least as strictly before.
    bool add(std::uint32_t a, std::uint32_t b, bool exclusive);
    bool contains(std::uint32_t a, std::uint32_t b, bool exclusive) const;

   private:
    PairTable<2> compared_;
  };

  /// Two fields and whether one response never has both.
  struct Pair {
    const CollectedField& left;
    const CollectedField& right;
    bool exclusive;
  };

  /// Whether the arguments of two fields, or those of their @stream directives, are known to be the same.
  enum Answer : std::uint8_t { kUnknown, kDifferent, kSame };
  using Answers = PairTable<2>;

  void within_groups(Found& found, const Fields& fields);
  void between(Found& found, bool exclusive, const Fields& left, const Fields& right);
  void with_fragment(Found& found, bool exclusive, const Fields& fields, const FragmentDefinition* fragment);
  void between_fragments(Found& found, bool exclusive, const FragmentDefinition* left, const FragmentDefinition* right);
  void between_sub_selections(Found& found, Pair pair);

  void compare(Found& found, Pair pair);
  /// Why two fields conflict themselves; empty when they do not.
  std::string reason_of(const Pair& pair);
  bool same_arguments(const Pair& pair);
  bool same(Answers& answers, const Pair& pair, const NodeList<Argument>& left, const NodeList<Argument>& right);
  std::string stream_reason(const Pair& pair);
  bool types_conflict(TypeView left, TypeView right);
  static FieldConflict below(Pair pair, const Found& conflicts);

  const std::vector<const FragmentDefinition*>& spreads(Fields& fields);
  /// 0: none, that is any of the unknown ones.
  std::uint32_t number_of(const FragmentDefinition* fragment) const;
  void spend(std::size_t work);

  Context& context_;
  FieldCollector collector_;
  ArgumentComparison arguments_;
  ComparedPairs fields_and_fragments_;
  ComparedPairs fragments_;
  PairTable<1> overlaps_;  // sets whose common keys were looked for: that is paid for once
  Answers arguments_answers_;
  Answers stream_answers_;
  std::size_t work_left_;
  std::size_t depth_ = 0;
};

}  // namespace millrace::graphql::validation
