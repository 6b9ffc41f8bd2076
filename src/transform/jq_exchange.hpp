// Private to JqTransform: events on their way to a child and back.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/descriptor.hpp"
#include "io/loop.hpp"
#include "processing/transform.hpp"
#include "transform/jq_frames.hpp"
#include "transform/jq_process.hpp"
#include "transform/jq_transform.hpp"

namespace millrace::transform {

struct Answer {
  AnswerKind kind = AnswerKind::failed;
  bool is_late = false;  // it runs aside, and is not there yet
  std::string text = {};
  std::chrono::microseconds run_time{};
  std::uint32_t deaths = 0;  // of children that stood at this event
};

/// One call.
struct Exchange {
  RequestKind kind;
  std::vector<processing::Event> events;
  std::vector<Answer> answers;       // one for each event
  std::deque<std::size_t> left;      // events without an answer, in order
  io::Completion<void>* completion;  // null: of one event that runs aside
};

/// A child and what it was given. It tells its owner by functions that the owner calls again when it is told to.
class JqWorker {
 public:
  struct Owner {
    virtual ~Owner() = default;
    virtual void when_done(Exchange& exchange) = 0;  // every event has its answer
    virtual void when_free() = 0;                    // it takes more
    virtual void when_ended(JqWorker& worker) = 0;   // what it was given is taken by take_back()
  };

  JqWorker(io::Loop& loop, const JqOptions& options, Owner& owner) : loop_(loop), options_(options), owner_(owner) {}

  bool is_running() const { return process_ != nullptr; }
  int process_id() const { return process_ ? process_->id() : 0; }
  std::size_t load() const { return under_way_.size(); }

  /// Starts the child. Requires: not running.
  Result<> start();
  /// Requires: running.
  void give(std::shared_ptr<Exchange> exchange);
  /// Kills the child; its owner is not told.
  void stop();
  /// Kills a child whose event takes too long, or that does not answer.
  void watch();
  /// An event that the child is at.
  struct At {
    std::shared_ptr<Exchange> exchange;
    std::size_t place;   // in what is left of it
    std::size_t before;  // events that were given before and have no answer
  };
  /// The one that it has been at for so long that others should not wait; nothing when there is none.
  std::optional<At> delayed() const;
  /// Takes back all but that event, which `alone` is given for: the child answers that and nothing else. Requires: `at` is delayed() now.
  std::deque<std::shared_ptr<Exchange>> keep_alone(const At& at, std::shared_ptr<Exchange> alone);

  /// After its end: what it has not answered. An event at which it stood for too long, or for the second time, has its answer: it failed.
  std::deque<std::shared_ptr<Exchange>> take_back() { return std::exchange(under_way_, {}); }
  /// How many children ended one after the other without an answer, and not by the fault of an event.
  std::size_t failures() const { return failures_; }
  void forget_failures() { failures_ = 0; }

 private:
  void wait_to_read();
  void read();
  bool read_some();
  void write();
  void take_answers();
  void take(const AnswerHead& head, std::string_view text);
  void end(bool is_too_slow);
  void judge(const std::string& reason, bool is_too_slow);
  bool is_done_alone() const { return is_alone_ && under_way_.empty(); }

  std::optional<At> at() const;

  bool is_delayed_ = false;
  bool is_alone_ = false;
  std::size_t skipped_ = 0;  // answers that are to come for what was taken back
  io::Loop& loop_;
  const JqOptions& options_;
  Owner& owner_;
  std::unique_ptr<JqProcess> process_;
  std::unique_ptr<io::Descriptor> descriptor_;
  std::deque<std::shared_ptr<Exchange>> under_way_;
  std::string in_;
  std::string out_;
  std::size_t sent_ = 0;
  bool waits_to_write_ = false;
  bool is_ready_ = false;
  std::uint64_t answered_ = 0;  // events, by this child
  std::size_t failures_ = 0;

  // The event at which it was seen.
  std::uint64_t seen_ = 0;
  std::chrono::nanoseconds used_then_{};
  std::chrono::steady_clock::time_point seen_at_{};
};

/// The first request.
std::string set_up_request(const JqPrograms& programs, const WorkerLimits& limits);

}  // namespace millrace::transform
