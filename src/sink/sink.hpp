// Sink: publishes the versions of one entity, in order, to a broker (docs/decisions/0026-sinks.md).
//
// Among several instances one publishes at a time. Progress is a position in the entity's ledger, saved after the broker has accepted all
// up to it: each version is published at least once, and whoever publishes again repeats from there. It knows no real time, thread or
// socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "document/ledger.hpp"
#include "processing/retry.hpp"
#include "processing/scheduler.hpp"
#include "sink/publisher.hpp"
#include "sink/record.hpp"

namespace millrace::sink {

using processing::Duration;

/// Bugs that the simulation must find; in the service there is none.
enum class Flaw : std::uint8_t {
  none,
  position_first,   // what was sent counts as published
  resumes_at_sent,  // after a failure it goes on behind what it had sent
  owner_unchecked   // who was replaced goes on publishing for ever
};

struct SinkOptions {
  std::string name;
  std::string instance;                // no other one has its name, ever
  bool begins_now = false;             // its first message is the first version after it was first started
  std::size_t messages_max = 1'000;    // under way: sent and not accepted
  std::size_t bytes_max = 4u << 20;    // ... and their texts
  std::optional<Duration> patience{};  // for an acceptance; then the session is over
  processing::RetryPolicy retry = {.backoff = Duration{100}, .backoff_max = Duration{10'000}};  // between sessions, without end
  Duration lease{6'000};          // an instance that gives no sign for so long is dead
  Duration save_interval{1'000};  // between saves of progress
  Duration store_pause{200};      // before a store that failed is asked again
  std::function<void(std::string_view line)> log = {};
  Flaw flaw = Flaw::none;
};

/// What it works with. All outlive it.
struct SinkParts {
  processing::Scheduler& scheduler;
  processing::Source& source;
  Publisher& publisher;
  document::Ledger& ledger;
};

struct SinkStatus {
  enum class Work : std::uint8_t {
    standby,     // another instance publishes, or none does yet
    retrying,    // the broker cannot be reached, or refuses
    publishing,  // it has a session
  };
  Work work = Work::standby;
  Record record = {};  // as it is here, or as the ledger has shown it last
  std::size_t under_way = 0;
};

/// For one thread.
class Sink {
 public:
  Sink(SinkParts parts, SinkOptions options);
  /// Requires: stop() has ended, or start() was not called.
  ~Sink();

  void start();
  /// Sends nothing more, waits at most so long for what is under way, saves, lets the sink go to another instance.
  Task<void> stop(Duration drain);
  /// Any thread.
  SinkStatus status() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Where the ledger keeps it, and the list of instances.
std::string record_name(std::string_view sink);
std::string instances_name(std::string_view sink);

}  // namespace millrace::sink
