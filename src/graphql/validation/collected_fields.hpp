// The fields of a selection set by response key, and the fragments that it spreads: what field merging compares.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graphql/validation/context.hpp"
#include "graphql/validation/name_map.hpp"
#include "graphql/validation/pair_hash.hpp"

namespace millrace::graphql::validation {

/// A field where it is selected. Inline fragments are followed, so the parent type can be another than that of the selection set.
struct CollectedField {
  const Selection* node = nullptr;
  const Type* parent = nullptr;
  const Field* definition = nullptr;  // null when unknown, and for __typename
  const Directive* stream = nullptr;
  bool is_simple = false;    // no arguments, no selection set, not streamed
  std::uint32_t number = 0;  // from 1, no two alike

  std::string_view response_key() const { return node->response_key(); }
  TypeView type() const { return definition != nullptr ? TypeView(definition->type) : TypeView(); }
};

struct CollectedFields {
  using Group = std::vector<CollectedField>;
  std::uint32_t number = 0;  // from 1, no two alike
  NameMap<Group> by_key;
  std::vector<const FragmentDefinition*> spreads;  // each once; null stands for all that are unknown
  std::size_t spread_count = 0;                    // of spreads as they are written
  bool are_spreads_counted = false;                // against the budget
};

/// Collects each selection set once for each parent type.
class FieldCollector {
 public:
  explicit FieldCollector(Context& context) : context_(context), of_fragment_(context.document.fragments.size()) {}

  /// The reference stays valid.
  CollectedFields& fields(const Type* parent, const SelectionSet& set);
  CollectedFields& fields(const FragmentDefinition& fragment);

 private:
  void collect(CollectedFields& into, const Type* parent, const SelectionSet& set);
  void add_field(CollectedFields& into, const Type* parent, const Selection& field);
  void add_spread(CollectedFields& into, const Selection& spread);

  Context& context_;
  std::unordered_map<std::pair<const SelectionSet*, const Type*>, CollectedFields, PairHash> known_;
  std::vector<CollectedFields*> of_fragment_;  // as the document lists them; null: not collected yet
  std::uint32_t fields_count_ = 0;
};

}  // namespace millrace::graphql::validation
