// Fetching: level by level, each level one call per resolver.
#pragma once

#include "base/task.hpp"
#include "graphql/execution/object_tree.hpp"
#include "graphql/execution/plan.hpp"

namespace millrace::graphql {

/// Fetches everything below some of the root's fetches (by number, [first, last)): the field itself, then level after level until nothing
/// is left. The calls of one level run together; the next level begins when all have answered. A resolver's error stays with its field.
Task<void> fetch(ObjectTree& tree, ObjectSet& root, const Variables& variables, std::size_t first, std::size_t last);

}  // namespace millrace::graphql
