// One thread's event loop: where requests live and die.
//
// Everything that belongs to a request runs on one loop's thread. Other threads reach it by post(). The Boost.Asio headers stay behind
// this one.
#pragma once

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/task.hpp"

namespace boost::asio {
class io_context;
}

namespace millrace::io {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until stop(). The calling thread becomes the loop's thread. May be called again when it has returned.
  void run();
  /// Ends run() soon; when it does not run, the next run() ends at once. Any thread.
  void stop();
  /// Calls `work` on the loop's thread, later, in order. Any thread.
  void post(std::move_only_function<void()> work);
  /// Calls `work` on the loop's thread after at least `delay`. The loop's thread only. Ticks are coarse: up to 50 ms late. There is no way
  /// to take it back: let `work` hold a weak reference to what may be gone by then.
  void after(std::chrono::milliseconds delay, std::move_only_function<void()> work);

  /// Calls `work` when the loop is about to end, on the thread that ends it: for what is bound to the loop and owned by others. There is no
  /// way to take it back: let it hold a weak reference. The loop's thread only.
  void at_end(std::move_only_function<void()> work);

  /// Runs the loop until the task has ended and gives its result: for commands and tests. Requires: not running.
  template <class T>
  Result<T> block_on(Task<T> task) {
    std::optional<Result<T>> result;
    auto done = [this, &result](Result<T> ended) {
      result.emplace(std::move(ended));
      stop();
    };
    post([&task, &done] { start(std::move(task), done); });
    while (!result) run();  // again when somebody else's stop() came first
    return *std::move(result);
  }

  /// The loop whose thread this is, or null.
  static Loop* current();

  /// For sockets, which share the loop's reactor.
  boost::asio::io_context& context();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Suspends the awaiting coroutine until another thread completes it; resumes it on the loop where it waited.
///
///   Completion<Receipt> completion;
///   writer.push({..., &completion});
///   co_return co_await completion;
///
/// complete() is called once, by any thread, and may come before the await. The completion outlives it: it lives in the awaiting frame.
template <class T>
class Completion {
 public:
  Completion() : loop_(Loop::current()) { CHECK(loop_ != nullptr); }
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  /// Any thread, once. After it the completion may be gone.
  void complete(Result<T> result) {
    loop_->post([this, result = std::move(result)]() mutable { complete_here(std::move(result)); });
  }
  /// On the loop's own thread, once: what complete() ends in, for callers that post many at once.
  void complete_here(Result<T> result) {
    result_.emplace(std::move(result));
    if (awaiter_) awaiter_.resume();
  }
  Loop& loop() const { return *loop_; }

  bool await_ready() const noexcept { return result_.has_value(); }
  void await_suspend(std::coroutine_handle<> awaiter) noexcept { awaiter_ = awaiter; }
  Result<T> await_resume() { return *std::move(result_); }

 private:
  Loop* loop_;
  std::coroutine_handle<> awaiter_;
  std::optional<Result<T>> result_;
};

/// Resumes the caller after at least `delay`, as Loop::after() has it. Requires: a loop's thread.
Task<void> pause(std::chrono::milliseconds delay);
/// Resumes the caller at that time and no tick later, by a timer of its own. Requires: a loop's thread.
Task<void> pause_until(std::chrono::steady_clock::time_point time);

}  // namespace millrace::io
