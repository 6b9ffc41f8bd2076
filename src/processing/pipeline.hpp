// Pipeline: one processor on one instance. Reads events, hands them to a transform, writes results, keeps progress, shares the work with
// the pipelines of other instances (docs/decisions/0023-processing.md).
//
// It knows no real time, thread or socket: what it is driven by is given to it, and lives until stop() has ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "document/ledger.hpp"
#include "document/store.hpp"
#include "processing/attempts.hpp"
#include "processing/result.hpp"
#include "processing/retry.hpp"
#include "processing/scheduler.hpp"
#include "processing/transform.hpp"

namespace millrace::processing {

/// Bugs that the simulation must find; in the service there is none.
enum class Flaw : std::uint8_t {
  none,
  cursor_skips,      // the list of what waits is not saved
  progress_first,    // an event counts as done before its result is written
  fence_unchecked,   // who lost a partition writes its record all the same
  loose_ids,         // a result's id does not follow from the event alone
  lanes_run_on,      // what follows a failed event of its key does not wait for it
  conflict_is_done,  // one result that exists counts for its whole batch
  endless_attempts,  // failures are tried again for ever
  waiting_forgotten  // a new owner goes on after the cursor
};

/// An attempt that has ended.
struct Attempted {
  const Event& event;
  const Attempt& attempt;
  Trace trace = {};          // Transformed::trace
  bool is_repeated = false;  // it failed, and there will be another one
};

struct PipelineOptions {
  std::string name;            // of the processor
  std::string instance;        // of no other one, ever
  std::size_t partitions = 4;  // the same on all instances
  RetryPolicy retry = {};
  std::optional<Duration> age_max = {};       // no attempt begins later than that after the event was recorded
  std::size_t concurrency = 64;               // events with the transform at a time
  std::size_t batch_max = 32;                 // ... of one call
  std::size_t run_max = 32;                   // ... of one key in one call: 1 where the transform has effects
  std::size_t pending_max = 10'000;           // events in memory
  std::size_t pending_bytes_max = 32u << 20;  // ... and their texts
  std::size_t results_max = 1'000;            // written together
  Duration lease{6'000};                      // an instance that gives no sign for so long is dead
  Duration save_interval{1'000};              // between saves of progress
  Duration store_pause{200};                  // before a store that failed is asked again
  TargetFields fields = {};
  Refusal refusal = {};
  // For whoever counts; on the pipeline's thread.
  std::function<void(const Attempted&)> attempted = {};
  std::function<void(const Event&, Status)> ended = {};  // its outcome is stored
  Flaw flaw = Flaw::none;
};

/// What it works with.
struct PipelineParts {
  Scheduler& scheduler;
  Source& source;
  Transform& transform;
  document::Store& target;
  document::Store& attempts;  // beside it (attempts.hpp)
  document::Ledger& ledger;   // of the target
};

/// For one thread.
class Pipeline {
 public:
  Pipeline(PipelineParts parts, PipelineOptions options);
  /// Requires: stop() has ended, or start() was not called.
  ~Pipeline();

  void start();
  /// Reads nothing more, finishes what is under way for at most that long, saves, lets its partitions go.
  Task<void> stop(Duration drain);

  /// The partitions that it holds.
  std::vector<std::size_t> partitions() const;
  /// Its own record of one that it holds, as new as it is; null: it does not hold it.
  const PartitionRecord* record(std::size_t partition) const;
  /// Events that got their outcome here since it started.
  std::uint64_t outcomes() const;
  /// Events that were read and have no outcome yet.
  std::size_t pending() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Where the ledger keeps a partition, and who shares them. Another number of them begins anew: what is processed is found then.
std::string partition_name(std::string_view processor, std::size_t partition, std::size_t partitions);
std::string members_name(std::string_view processor, std::size_t partitions);

}  // namespace millrace::processing
