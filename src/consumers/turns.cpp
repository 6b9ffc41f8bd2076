#include "consumers/turns.hpp"

#include <algorithm>

namespace millrace::consumers {

/// One that waits; its frame may end before its turn comes, with the loop.
struct Turns::Waiter {
  explicit Waiter(Turns& turns_in) : turns(turns_in) {}
  ~Waiter() {
    bool was_passed = false;
    {
      const std::lock_guard lock(turns.mutex_);
      std::erase(turns.waiting_, this);
      was_passed = has_turn && !took;
    }
    if (was_passed) turns.pass_on();
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  Turns& turns;
  io::Completion<void> completion = {};
  bool has_turn = false;  // it was passed on to this one
  bool took = false;
};

Task<Turns::Turn> Turns::take() {
  Waiter waiter(*this);
  bool waits = false;
  {
    const std::lock_guard lock(mutex_);
    waits = std::exchange(is_taken_, true);
    waiter.has_turn = !waits;
    if (waits) waiting_.push_back(&waiter);
  }
  if (waits) {
    Result<> passed = co_await waiter.completion;
    (void)passed;
  }
  waiter.took = true;
  co_return Turn(*this);
}

void Turns::pass_on() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    is_taken_ = false;
    return;
  }
  Waiter* const next = waiting_.front();
  waiting_.pop_front();
  next->has_turn = true;
  next->completion.complete({});
}

}  // namespace millrace::consumers
