// Replay: runs a processor over events that it has processed already, and compares or replaces their results (specification section 8).
//
// A result keeps its id and gets a new version, so that its history tells what it was. Events that have no result are left alone: they
// are the processor's own, or its `where` does not mean them, or somebody removed their result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/store.hpp"
#include "processing/result.hpp"
#include "processing/retry.hpp"
#include "processing/scheduler.hpp"
#include "processing/transform.hpp"

namespace millrace::processing {

struct ReplayOptions {
  std::string processor;
  Instant from = {};                  // of when events were recorded
  Instant to = kNewest;               // ... before that
  std::vector<Status> statuses = {};  // of the results as they are, one of these; none: any
  bool is_dry = false;                // nothing is written
  RetryPolicy retry = {};
  TargetFields fields = {};
  Refusal refusal = {};
  std::size_t samples_max = 5;       // of each kind
  std::size_t batch_versions = 128;  // events with the transform at a time
  std::size_t batch_bytes = 1u << 20;
};

/// What it works with; all outlive it.
struct ReplayParts {
  Scheduler& scheduler;
  Transform& transform;
  document::Store& events;
  document::Store& results;
};

enum class Difference : std::uint8_t {
  same,  // but for when it was made and how long that took
  changed,
  newly_failing,  // FAILED, and was not
  mended,         // was FAILED, and is not
};
std::string_view to_string(Difference difference);

struct ReplaySample {
  std::string raw_id;
  std::uint64_t raw_version = 0;
  std::string result_id;
  Difference difference = Difference::same;
  std::string before;  // payloads
  std::string after;
};

struct ReplayReport {
  std::uint64_t events = 0;           // versions in the time asked for
  std::uint64_t without_result = 0;   // of them
  std::uint64_t no_longer_meant = 0;  // by the processor's `where`: their results stand
  std::uint64_t other_status = 0;     // than the one asked for
  std::uint64_t counts[4] = {};       // by Difference
  std::uint64_t written = 0;          // new versions
  std::uint64_t overtaken = 0;        // somebody else wrote a version meanwhile, which stands
  std::vector<ReplaySample> samples;

  std::uint64_t count(Difference difference) const { return counts[static_cast<std::size_t>(difference)]; }
};

/// In the order of the events' positions, up to the last one there is when it begins. `progress` is told now and then. Errors are the
/// stores'; what was written until then stands.
Task<ReplayReport> replay(ReplayParts parts, ReplayOptions options, std::function<void(const ReplayReport&)> progress);

}  // namespace millrace::processing
