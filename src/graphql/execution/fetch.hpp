// Fetching: level by level, each level one call per resolver.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/task.hpp"
#include "graphql/execution/object_tree.hpp"
#include "graphql/execution/plan.hpp"
#include "graphql/execution/snapshot.hpp"

namespace millrace::graphql {

/// Some of the root's fetches, by number: [first, last).
struct FetchRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Whether nobody waits for the answer any more.
using IsOver = std::function<bool()>;

/// What holds for all that is fetched; all of it outlives the fetch.
struct FetchContext {
  const Variables& variables;
  const Caller& caller;
  const IsOver& is_over;
  const std::vector<const Resolver*>& readers;  // of the plan
  const std::function<std::unique_ptr<Snapshot>()>& make_snapshot;
};

/// Fetches these alone: the sets that hold what they gave.
Task<std::vector<ObjectSet*>> fetch_level(ObjectTree& tree, ObjectSet& set, FetchRange range, FetchContext context);

/// Fetches everything below some of the root's fetches: the field itself, then level after level until nothing
/// is left. The calls of one level run together; the next level begins when all have answered, unless the request is over by then: false,
/// and what was fetched is not complete. A resolver's error stays with its field. What reads does so as of one snapshot, which is taken
/// before the first that reads.
Task<bool> fetch(ObjectTree& tree, ObjectSet& root, FetchRange range, FetchContext context);

}  // namespace millrace::graphql
