// Lifecycle: the whole story of one event, in the order in which it happened (specification section 8).
//
// Nothing is kept for it but what is kept anyway: the versions of the event, the versions of its results, the attempts of results that
// took more than one (attempts.hpp), and the records of the processors, which say what is still to come.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/filter.hpp"
#include "document/ledger.hpp"
#include "document/store.hpp"

namespace millrace::processing {

/// One place where results of an entity's events are.
struct ResultsPlace {
  std::string processor = {};                              // empty: whatever else refers to the event, by `by_event`
  document::Store* results = nullptr;                      // outlives the lifecycle, as all that follows
  document::Store* attempts = nullptr;                     // of a processor
  document::Ledger* ledger = nullptr;                      // of a processor: where its records are
  std::size_t partitions = 0;                              // of a processor
  std::optional<std::chrono::milliseconds> deadline = {};  // an outcome that comes later is overdue
  /// That a result is of the event whose quoted id is parameter 0. Never moves once it is used.
  document::Filter by_event = {};
};

/// Entries in order of time, each a canonical JSON object:
///
///   received, changed, removed                 a version of the event: version, position
///   attempt                                    processor, raw_version, attempt, queue_time_ms, run_time_ms, error
///   outcome, outcome_changed, outcome_removed  a version of a result: processor (null: none of ours), raw_version, result_id, version,
///                                              position, status, processing_time_ms, error, overdue
///   pending                                    what has no outcome yet: processor, raw_version, attempt (how many have failed), overdue;
///                                              `at` is when it is due, or now
///
/// with "kind" and "at" before them; versions have an `author` where one is known (base/author.hpp).
struct Story {
  std::vector<std::string> entries;
  bool is_cut = false;  // more than Lifecycle::kVersionsMax versions or results: the newest are there
};

/// Any thread with a loop. Where stores do not show everything to who asks, what became of a result that is not shown is not told.
class Lifecycle {
 public:
  static constexpr std::size_t kVersionsMax = 100;   // of the event, and of each of its results
  static constexpr std::size_t kResultsMax = 1'000;  // that refer to it and are no processor's

  Lifecycle(document::Store& events, std::vector<ResultsPlace> places) : events_(events), places_(std::move(places)) {}

  /// As who asks sees it. Empty when there never was such an event. Errors are the stores'.
  Task<std::optional<Story>> of(std::string_view id, document::View view) const;

 private:
  document::Store& events_;
  std::vector<ResultsPlace> places_;
};

}  // namespace millrace::processing
