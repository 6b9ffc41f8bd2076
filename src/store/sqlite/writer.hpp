// The one thread that writes an SQLite file: it takes all that waits, commits it together, and completes it.
#pragma once

#include <chrono>
#include <memory>
#include <thread>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/transaction.hpp"

namespace millrace::store::sqlite {

class Writer {
 public:
  using Queue = document::WriteQueue<Write>;

  struct Limits {
    Queue::Limits queue = {};
    // After this long without a write the log is folded into the file, where reads find pages sooner and in mapped memory.
    std::chrono::milliseconds idle_min{100};
  };
  Writer(std::unique_ptr<Connection> connection, Limits limits);
  /// Commits what waits, then ends.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// As WriteQueue::push.
  bool push(Write& write) { return queue_.push(write); }

 private:
  void run();

  const std::unique_ptr<Connection> connection_;  // the thread's alone
  const Limits limits_;
  Queue queue_;
  std::thread thread_;  // last: it starts when all else is there
};

}  // namespace millrace::store::sqlite
