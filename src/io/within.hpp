// Waiting no longer than one has patience.
#pragma once

#include <memory>

#include "io/loop.hpp"

namespace millrace::io {

namespace within_detail {

template <class T>
struct Race {
  std::optional<Result<T>> result;
  std::coroutine_handle<> awaiter;
  bool is_over = false;

  void end() {
    if (std::exchange(is_over, true)) return;
    if (const auto waiting = std::exchange(awaiter, {})) waiting.resume();
  }
};

template <class T>
struct Waiting {
  Race<T>& race;
  bool await_ready() const noexcept { return race.is_over; }
  void await_suspend(std::coroutine_handle<> awaiter) noexcept { race.awaiter = awaiter; }
  void await_resume() const noexcept {}
};

}  // namespace within_detail

/// What the task gives, or nothing when it takes longer: then it goes on by itself, and what it gives is dropped. What it refers to must
/// outlive it all the same. Requires: a loop's thread, on which the task ends.
template <class T>
Task<std::optional<Result<T>>> within(std::chrono::milliseconds time, Task<T> task) {
  const auto race = std::make_shared<within_detail::Race<T>>();
  auto done = [race](Result<T> result) {
    if (!race->is_over) race->result.emplace(std::move(result));
    race->end();
  };
  start(std::move(task), std::move(done));
  if (!race->is_over) {
    Loop::current()->after(time, [weak = std::weak_ptr(race)] {
      if (const auto running = weak.lock()) running->end();
    });
  }
  within_detail::Waiting<T> waiting{*race};
  co_await waiting;
  co_return std::move(race->result);
}

}  // namespace millrace::io
