// Threads for what blocks: scans of a large table, file access, foreign libraries that wait.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/task.hpp"
#include "io/loop.hpp"

namespace millrace::io {

class WorkerPool {
 public:
  struct Options {
    std::size_t threads = 2;
    std::size_t queue_max = 1024;  // waiting jobs; one more is refused as overloaded
  };
  explicit WorkerPool(Options options);
  /// Finishes what has begun; drops nothing that was accepted. Requires: the loops that wait for it are still there.
  ~WorkerPool();

  /// Any thread. What waits already goes on waiting, though it may be more.
  void set_queue_max(std::size_t jobs);

  /// Runs `work` on a thread of the pool and resumes the caller on its loop. Error "overloaded.workers" when the queue is full.
  template <class T>
  Task<T> run(std::move_only_function<Result<T>()> work) {
    Completion<T> completion;
    std::move_only_function<void()> job = [&completion, work = std::move(work)]() mutable { completion.complete(work()); };
    if (!push(std::move(job))) {
      co_return Failure(Error{ErrorKind::overloaded, "overloaded.workers", "The service is busy: too many scans wait already."});
    }
    co_return co_await completion;
  }

 private:
  bool push(std::move_only_function<void()> job);
  struct State;
  std::unique_ptr<State> state_;
};

/// Runs `work`, which may block, on the pool; at once where there is none.
inline Task<void> run_blocking(WorkerPool* pool, std::move_only_function<Result<>()> work) {
  if (pool == nullptr) co_return work();
  auto done = co_await pool->run<void>(std::move(work));
  co_return done;
}

}  // namespace millrace::io
