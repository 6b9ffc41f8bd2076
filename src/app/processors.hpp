// The processors of a service: pipelines on threads of their own, so that what they do does not delay requests.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/model.hpp"
#include "base/task.hpp"
#include "document/feed.hpp"
#include "document/store.hpp"
#include "observe/instruments.hpp"
#include "processing/overdue.hpp"
#include "processing/partition_record.hpp"

namespace millrace::app {

/// What a processor works with; all outlive it.
struct ProcessorParts {
  const ProcessorModel& model;
  document::Feed& feed;  // of `from`
  document::Store& results;
  document::Store& attempts;
};

/// What this instance knows of a processor.
struct ProcessorView {
  std::vector<std::optional<processing::PartitionRecord>> held;  // by partition, of those that it holds
  double rate = 0;                                               // outcomes a second, over the last ten
  std::size_t pending = 0;                                       // events in memory
};

class Processors {
 public:
  /// The instruments outlive them.
  Processors(std::vector<ProcessorParts> parts, observe::Instruments& instruments);
  /// Stops at once what was not stopped.
  ~Processors();

  /// Once.
  void start();
  /// Reads nothing more, lets what is under way end until `deadline`, keeps how far it has come. Blocks. Once, after start().
  void stop(std::chrono::steady_clock::time_point deadline);

  std::size_t size() const;
  const ProcessorParts& parts(std::size_t processor) const;
  /// How this instance is called where partitions have owners.
  const std::string& instance() const;

  // Any thread with a loop.
  Task<ProcessorView> view(std::size_t processor);
  /// One batch of what is overdue (processing/overdue.hpp). Requires: the processor has a deadline.
  Task<processing::OverdueEvents> overdue(std::size_t processor, document::Position after);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::app
