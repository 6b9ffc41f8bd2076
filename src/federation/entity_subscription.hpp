// A subscription to an entity: those of its versions that a filter meets, as they are committed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "document/feed.hpp"
#include "federation/entity_query.hpp"
#include "graphql/execution/source.hpp"

namespace millrace::federation {

struct EntitySubscription {
  enum class Kind : std::uint8_t {
    created,  // first versions
    updated,  // later ones
    changed,  // both
    removed,  // tombstones: gives the id, and the filter meets that alone
  };
  Kind kind = Kind::changed;
  EntityQuery query;               // its name, filter, parameters, and whether it takes `where`
  std::string after;               // the argument that says where to begin; empty: there is none
  document::Feed* feed = nullptr;  // outlives the subscription
  std::chrono::milliseconds heartbeat{15'000};
};

/// Begins where SourceCall::begin says (a position, or `now`), else where the argument does, else now. Errors of open(): "feed.position",
/// "overloaded.followers", "filter.syntax", "filter.too_large", the store's.
class SubscriptionSource : public graphql::Source {
 public:
  /// The subscription must outlive it and its streams.
  explicit SubscriptionSource(const EntitySubscription& subscription) : subscription_(subscription) {}

  Task<std::unique_ptr<graphql::SourceStream>> open(const graphql::SourceCall& call) override;

 private:
  const EntitySubscription& subscription_;
};

}  // namespace millrace::federation
