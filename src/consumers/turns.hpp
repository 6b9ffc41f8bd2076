// Turns: one after the other, whatever the threads, for what reads a record, thinks, and writes it.
//
// Between instances the ledger's revision keeps them apart; within one it is cheaper to wait than to be too late.
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "io/loop.hpp"

namespace millrace::consumers {

/// Any thread with a loop. It outlives whoever waits.
class Turns {
 public:
  /// The turn, for as long as it is held.
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(&turns) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->pass_on();
    }

   private:
    Turns* turns_;
  };
  Task<Turn> take();

 private:
  struct Waiter;
  void pass_on();

  std::mutex mutex_;
  bool is_taken_ = false;        // GUARDED_BY(mutex_)
  std::deque<Waiter*> waiting_;  // GUARDED_BY(mutex_)
};

}  // namespace millrace::consumers
