// What is told of a processor: from its records, its own where this instance has newer ones, and from its feed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/processors.hpp"
#include "processing/partition_record.hpp"

namespace millrace::app {

struct ProcessorState {
  std::vector<processing::PartitionRecord> partitions;
  processing::Counts counts{};
  document::Position position = 0;  // everything up to here was read by all partitions
  document::Position head = 0;      // of the feed
  std::size_t pending = 0;          // read, without outcome
  std::size_t parked = 0;           // of those: failed, until they are tried again
  double rate = 0;
  /// The first event that may have no outcome yet.
  struct Oldest {
    document::Position position = 0;
    std::string id;
    Instant recorded_at;
  };
  std::optional<Oldest> oldest = {};
};

/// Errors are the stores'.
Task<ProcessorState> read_state(Processors& processors, std::size_t processor);

/// How many events are overdue now; no more than `most` are counted. Nothing without a deadline.
Task<std::optional<std::size_t>> count_overdue(Processors& processors, std::size_t processor, const ProcessorState& state,
                                               std::size_t most);

/// As JSON.
std::string describe_state(const ProcessorModel& model, const ProcessorState& state);
std::string describe_partitions(const ProcessorState& state, std::string_view instance);

}  // namespace millrace::app
