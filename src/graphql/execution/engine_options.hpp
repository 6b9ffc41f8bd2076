// What an engine may be set to, with the defaults.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "graphql/execution/operation_counts.hpp"
#include "graphql/execution/snapshot.hpp"
#include "graphql/language/parser.hpp"
#include "graphql/validation/validate.hpp"

namespace millrace::graphql {

struct EngineOptions {
  // Limits of one request. Each has its error code, graphql.<what>, and is checked before anything runs; honest requests, such as
  // GraphiQL's introspection, stay far below. A token that is a field takes 88 bytes as a node: a document of 1 MB that is all tokens is
  // refused before it has taken as many.
  std::size_t query_bytes_max = 1u << 20;  // of one document
  ParseOptions parse = {.tokens_max = 5'000};
  ValidationOptions validation = {.depth_max = 100, .aliases_max = 500, .comparisons_max = 500'000, .fields_max = 5'000};
  std::size_t plan_work_max = 20'000;  // fields over all types that they may apply to
  double cost_max = 1'000'000;         // as cost.hpp estimates it
  double list_rows = 10;               // what a list without a limit counts as in that

  /// How long a request may take; 0: as long as it wants. After that it is answered with an error (graphql.timed_out). What it has asked
  /// of its resolvers ends by itself, and nothing more is asked.
  std::chrono::milliseconds timeout{0};
  /// Calls `work` once, on the thread that asks and after the delay; without it only the time between two levels is looked at.
  std::function<void(std::chrono::milliseconds delay, std::move_only_function<void()> work)> after = {};
  std::function<std::chrono::steady_clock::time_point()> now = [] { return std::chrono::steady_clock::now(); };

  /// Makes the snapshot of a request that reads more than once; of a mutation, one for each of its fields. Without it all read the newest.
  std::function<std::unique_ptr<Snapshot>()> make_snapshot = {};

  /// Arguments that a field with a resolver takes from the nearest field above that gives them, such as `at`.
  std::vector<std::string> inherited_arguments = {};
  /// Whether objects may have members that who asks may not see: one with a member "#hidden" has only what may be seen, and what it has not
  /// is an error FORBIDDEN.
  bool hides_members = false;
  std::shared_ptr<const OperationCounts> counts = {};  // null: nobody counts
  std::size_t cache_bytes_max = 32u << 20;             // of prepared documents and their plans; the least recently used go first
};

}  // namespace millrace::graphql
