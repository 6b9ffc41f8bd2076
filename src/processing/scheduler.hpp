// Time and turns, as the pipeline knows them: a loop in production, a seeded queue of events in the simulation.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/instant.hpp"

namespace millrace::processing {

using Duration = std::chrono::milliseconds;

/// One thread. What is posted runs later, in order.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  /// Since some point in the past; never goes back.
  virtual Duration now() const = 0;
  /// The time of day.
  virtual Instant clock() const = 0;
  virtual void post(std::move_only_function<void()> work) = 0;
  virtual void after(Duration delay, std::move_only_function<void()> work) = 0;
  virtual std::uint64_t random() = 0;
};

/// Coroutines that wait for something to have changed; each looks again by itself when it is woken.
class Signal {
 public:
  explicit Signal(Scheduler& scheduler) : state_(std::make_shared<State>(State{scheduler, {}})) {}

  /// Wakes all who wait, in a later turn.
  void notify() { state_->notify(); }

  /// Until the next notify().
  auto wait() { return Awaiter{*state_}; }
  /// The same, but no longer than that.
  auto wait_for(Duration duration) {
    state_->scheduler.after(duration, [weak = std::weak_ptr(state_)] {
      if (const auto state = weak.lock()) state->notify();
    });
    return Awaiter{*state_};
  }

 private:
  struct State {
    Scheduler& scheduler;
    std::vector<std::coroutine_handle<>> waiting;

    void notify() {
      for (const auto handle : std::exchange(waiting, {})) scheduler.post([handle] { handle.resume(); });
    }
  };
  struct Awaiter {
    State& state;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const { state.waiting.push_back(handle); }
    void await_resume() const noexcept {}
  };
  std::shared_ptr<State> state_;
};

}  // namespace millrace::processing
