// The one thread of a store that writes: it takes all that waits, commits it together, and completes it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "document/write_queue.hpp"
#include "store/mongo/collection.hpp"

namespace millrace::store::mongo {

class Writer {
 public:
  using Queue = document::WriteQueue<document::Write>;

  struct Options {
    Pool* pool = nullptr;  // outlives the writer
    Names names;
    std::function<Instant()> clock;
    std::function<Result<>(Client&)> prepare;  // before anything is written
    Queue::Limits queue = {};
    std::chrono::milliseconds lease{5'000};  // without a sign of life; then another writer goes on
    std::chrono::milliseconds resolve{20'000};
  };
  explicit Writer(Options options);
  /// Commits what waits, then ends.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// As WriteQueue::push.
  bool push(document::Write& write) { return queue_.push(write); }

 private:
  using Writes = Queue::Writes;
  void run();
  void commit_writes(const Writes& writes);
  /// False: to be done again under another epoch.
  Result<bool> try_commit(const Writes& writes, bool is_again);
  Result<> commit_source(document::Write& write);
  Result<> append_batches(Client& client, const Horizon& mine, document::AppendSource& source, std::int64_t& position,
                          Instant& recorded_at);
  Instant commit_time(const Horizon& mine) const;
  Result<Horizon> take_head(Client& client);
  Result<bool> commit(Client& client, Horizon mine, const Commit& commit);
  Result<> let_go(Client& client, const Horizon& mine, bool wrote);
  bool keeps_head();

  const Options options_;
  const Taker taker_;
  Queue queue_;
  // The thread's alone:
  std::optional<Horizon> known_head_;  // as the last commit left it
  bool is_held_ = false;               // the known head is ours
  std::chrono::steady_clock::time_point taken_at_ = {};
  std::thread thread_;  // last: it starts when all else is there
};

}  // namespace millrace::store::mongo
