// The one thread that writes an SQLite file: it takes all that waits, commits it together, and completes it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/transaction.hpp"

namespace millrace::store::sqlite {

class Writer {
 public:
  struct Limits {
    std::size_t queue_max = 10'000;  // waiting appends
    std::size_t batch_max = 1'000;   // appends in a transaction, unless one write alone has more
    // How long a write may wait behind one that is long; then it is refused: "overloaded.writes".
    std::chrono::milliseconds wait_max{10'000};
    // Writers that were just answered come back within moments; waiting for them this long halves the number of commits under load.
    std::chrono::microseconds gather_max{150};
    // After this long without a write the log is folded into the file, where reads find pages sooner and in mapped memory.
    std::chrono::milliseconds idle_min{100};
  };
  Writer(std::unique_ptr<Connection> connection, Limits limits);
  /// Commits what waits, then ends.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Takes a write, which must live until it is completed; false when the queue is full. Any thread.
  bool push(Write& write);

 private:
  void run();
  std::vector<Write*> take();
  void refuse_late();
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  void gather(std::unique_lock<std::mutex>& lock);

  const std::unique_ptr<Connection> connection_;  // the thread's alone
  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Write*> queue_;    // GUARDED_BY(mutex_)
  std::size_t queued_ = 0;      // GUARDED_BY(mutex_); appends in the queue
  bool stopping_ = false;       // GUARDED_BY(mutex_)
  std::size_t wanted_ = 1;      // GUARDED_BY(mutex_); how many writes the thread sleeps for
  std::size_t last_taken_ = 0;  // the thread's alone: how many writes the last transaction had
  bool has_log_ = true;         // the thread's alone: the log may hold what the file does not
  std::thread thread_;          // last: it starts when all else is there
};

}  // namespace millrace::store::sqlite
