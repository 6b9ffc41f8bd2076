// The one thread of a store that writes: it takes all that waits, commits it together, and completes it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "document/store.hpp"
#include "io/loop.hpp"
#include "store/mongo/collection.hpp"

namespace millrace::store::mongo {

/// The appends of one call. Lives in the awaiting frame until it is completed.
struct Write {
  std::vector<document::Append> appends = {};
  document::AppendSource* source = nullptr;  // instead of appends
  std::chrono::steady_clock::time_point queued = {};
  Result<std::vector<document::Receipt>> result = {};
  io::Completion<std::vector<document::Receipt>> completion = {};
};

class Writer {
 public:
  struct Options {
    Pool* pool = nullptr;  // outlives the writer
    Names names;
    std::function<Instant()> clock;
    std::function<Result<>(Client&)> prepare;  // before anything is written
    std::size_t queue_max = 10'000;            // waiting appends
    std::size_t batch_max = 1'000;             // appends in a commit, unless one write alone has more
    std::chrono::milliseconds wait_max{10'000};
    std::chrono::milliseconds lease{5'000};  // without a sign of life; then another writer goes on
    std::chrono::milliseconds resolve{20'000};
  };
  explicit Writer(Options options);
  /// Commits what waits, then ends.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Takes a write, which must live until it is completed; false when the queue is full. Any thread.
  bool push(Write& write);

 private:
  using Writes = std::vector<Write*>;
  void run();
  Writes take();
  bool arrives_soon();
  bool pause(std::chrono::microseconds duration);
  void refuse_late();
  void commit_writes(const Writes& writes);
  /// False: to be done again under another epoch.
  Result<bool> try_commit(const Writes& writes, bool is_again);
  Result<> commit_source(Write& write);
  Result<> append_batches(Client& client, const Horizon& mine, document::AppendSource& source, std::int64_t& position,
                          Instant& recorded_at);
  Result<Horizon> take_head(Client& client);
  Result<bool> commit(Client& client, Horizon mine, const Commit& commit);
  Result<> let_go(Client& client, const Horizon& mine, bool wrote);
  bool keeps_head();
  static void complete(const Writes& writes);

  const Options options_;
  const Taker taker_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable ended_;
  std::deque<Write*> queue_;    // GUARDED_BY(mutex_)
  std::size_t queued_ = 0;      // GUARDED_BY(mutex_); appends in the queue
  bool stopping_ = false;       // GUARDED_BY(mutex_)
  std::size_t wanted_ = 1;      // GUARDED_BY(mutex_); how many writes the thread sleeps for
  std::size_t last_taken_ = 0;  // the thread's alone: how many writes the last commit had
  // The thread's alone:
  std::optional<Horizon> known_head_;  // as the last commit left it
  bool is_held_ = false;               // the known head is ours
  std::chrono::steady_clock::time_point taken_at_ = {};
  std::thread thread_;  // last: it starts when all else is there
};

}  // namespace millrace::store::mongo
