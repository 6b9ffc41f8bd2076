// One GraphQL schema over all graphlettes, and which resolver of which graphlette answers each of its fields.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "app/model.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::app {

/// What one graphlette brings: its queries and mutations below a field of its own.
struct UnifiedMember {
  std::size_t graphlette = 0;
  std::string field;              // of Query, Mutation and Subscription: rawEvents
  std::string query_type;         // RawEventsQuery
  std::string mutation_type;      // empty: it has none
  std::string subscription_type;  // the same
};

/// A field of the composed schema that the graphlette's resolver for a field of its own answers.
struct UnifiedField {
  std::string type;
  std::string field;
  std::size_t graphlette = 0;
  std::string own_type;  // as the graphlette calls it: Query for RawEventsQuery
};

/// The other direction of a relation that follows a key to one document: all documents that have the key.
struct ReverseModel {
  RelationModel relation;  // its target is the graphlette whose documents have the key
  std::string forward;     // "ProcessedEvent.rawEvent"
  bool is_hidden = false;  // the type has a field of that name, which stands; there is no reverse then
};

/// A type whose documents have the field `lifecycle`.
struct LifecycleFieldModel {
  std::string type;
  std::size_t entity = 0;
};

struct UnifiedModel {
  std::string path;
  std::shared_ptr<const graphql::Schema> schema;
  std::vector<UnifiedMember> members;
  std::vector<UnifiedField> fields;
  std::deque<ReverseModel> reverses;
  std::vector<LifecycleFieldModel> lifecycles;
  std::shared_ptr<const SubgraphModel> subgraph;  // null: it is none
};

}  // namespace millrace::app
