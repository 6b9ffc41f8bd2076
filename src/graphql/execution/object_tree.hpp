// What a request has fetched: objects by selection, level under level, before they are written.
//
// Objects stay the text that they came as. Each set holds the objects of one selection; a fetched field of a set knows, for each value that
// it got, which objects of the next level stand in it, in the order in which they stand in the text.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/execution/plan.hpp"
#include "graphql/execution/resolver.hpp"

namespace millrace::graphql {

struct ObjectSet;

/// One object of a set. A null set: an object whose type could not be told.
struct ObjectReference {
  ObjectSet* set = nullptr;
  std::uint32_t row = 0;
};

/// What a fetched (or opened) field gave for the objects of its set.
struct FetchedField {
  bool fetched = false;
  Resolved resolved;                       // an outcome for each object
  std::optional<Fault> fault;              // set: the field failed for every object before it was asked
  std::vector<ObjectReference> children;   // every object in every value
  std::vector<std::uint32_t> first_child;  // by value
};

struct ObjectSet {
  const PlannedSelection* selection = nullptr;
  std::vector<std::string_view> texts;
  std::vector<std::string_view> slots;  // texts.size() times selection->slots.size(); empty: no such member
  std::vector<FetchedField> fetched;    // by PlannedField::fetch

  std::string_view slot(std::size_t row, std::uint32_t number) const { return slots[row * selection->slots.size() + number]; }
};

/// Every set of a request. A deque, since references must stay.
struct ObjectTree {
  std::deque<ObjectSet> sets;
  std::deque<std::string> storage;  // texts made for this request
};

/// Finds the members that the selection needs, for all objects of a set, in one pass over each text.
void project(ObjectSet& set);

/// The object type of an object of an abstract type: what its __typename names; else the one possible type that declares every member that
/// the object has. Null when neither tells.
const Type* runtime_type(const Type& abstract, std::string_view object);

/// The selection that holds for an object of the field's type; null when its type cannot be told.
const PlannedSelection* selection_of(const PlannedField& field, std::string_view object);

}  // namespace millrace::graphql
