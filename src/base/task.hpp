// Task<T>: a coroutine that gives a Result<T>.
//
// A task does nothing until it is awaited (or started), runs on the thread that awaits it, and resumes its awaiter directly when it
// ends. It is never shared and never cancelled from outside: whoever awaits waits.
//
//   Task<int> length(Id id) {
//     CO_TRY(auto document, co_await store.read(id));
//     co_return document.size();
//   }
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace millrace {

template <class T = void>
class [[nodiscard]] Task;

namespace task_detail {

/// Resumes the awaiter when the task's body has ended.
struct ResumeAwaiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
    auto awaiter = self.promise().awaiter;
    return awaiter ? awaiter : std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> awaiter;
  std::suspend_always initial_suspend() const noexcept { return {}; }
  ResumeAwaiter final_suspend() const noexcept { return {}; }
  /// Exceptions live only where a foreign library throws, and are turned into errors there.
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

}  // namespace task_detail

template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type : task_detail::PromiseBase {
    std::optional<Result<T>> result;
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    // One way out for values, errors and results: `co_return value`, `co_return Failure(error)`, `co_return {}` for void.
    template <class U = Result<T>>
    void return_value(U&& value) {
      result.emplace(std::forward<U>(value));
    }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    handle_.promise().awaiter = awaiter;
    return handle_;
  }
  Result<T> await_resume() { return *std::move(handle_.promise().result); }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace task_detail {

/// A coroutine that nobody awaits: it starts at once and frees itself.
struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

template <class T, class Done>
Detached run_detached(Task<T> task, Done done) {
  Result<T> result = co_await task;
  done(std::move(result));
}

/// Counts down; resumes the waiting coroutine when all have ended.
struct Countdown {
  std::size_t left;
  std::coroutine_handle<> awaiter;
};

}  // namespace task_detail

/// Starts a task that nobody awaits; `done(Result<T>)` sees its end, on the thread where it ends. The one way to detach.
template <class T, class Done>
void start(Task<T> task, Done done) {
  task_detail::run_detached(std::move(task), std::move(done));
}

/// Awaits all: starts every task in order, then gives their results in the same order. All must end on the awaiting thread.
template <class T>
Task<std::vector<Result<T>>> when_all(std::vector<Task<T>> tasks) {
  std::vector<Result<T>> results(tasks.size(), Result<T>(std::unexpect));
  struct Wait {
    std::vector<Task<T>>& tasks;
    std::vector<Result<T>>& results;
    task_detail::Countdown countdown;
    bool await_ready() const noexcept { return tasks.empty(); }
    bool await_suspend(std::coroutine_handle<> awaiter) {
      // One more than there are tasks, so that tasks ending at once do not resume us while we still start others.
      countdown = {tasks.size() + 1, awaiter};
      for (std::size_t i = 0; i < tasks.size(); ++i) {
        auto done = [this, i](Result<T> result) {
          results[i] = std::move(result);
          if (--countdown.left == 0) countdown.awaiter.resume();
        };
        start(std::move(tasks[i]), std::move(done));
      }
      return --countdown.left != 0;
    }
    void await_resume() const noexcept {}
  };
  Wait wait{tasks, results, {}};
  co_await wait;
  co_return std::move(results);
}

}  // namespace millrace

#define MILLRACE_CO_TRY_(result, declaration, expression)            \
  auto result = expression;                                          \
  if (!result) co_return std::unexpected(std::move(result).error()); \
  declaration = *std::move(result)
#define CO_TRY(declaration, expression) MILLRACE_CO_TRY_(MILLRACE_JOIN(try_result_, __COUNTER__), declaration, expression)
#define MILLRACE_CO_TRY_OK_(result, expression) \
  auto result = expression;                     \
  if (!result) co_return std::unexpected(std::move(result).error())
#define CO_TRY_OK(expression) MILLRACE_CO_TRY_OK_(MILLRACE_JOIN(try_result_, __COUNTER__), expression)
