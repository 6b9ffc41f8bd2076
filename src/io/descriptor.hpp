// Waiting on a loop until somebody else's file descriptor can be read or written: for libraries that own their sockets.
#pragma once

#include <functional>
#include <memory>

#include "io/loop.hpp"

namespace millrace::io {

/// For the loop's thread. Ends before the loop, and before the descriptor is closed, which it does not own.
class Descriptor {
 public:
  Descriptor(Loop& loop, int descriptor);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // Each calls `ready` once, later, unless the Descriptor ends before. One wait of a kind at a time.
  void when_readable(std::move_only_function<void()> ready);
  void when_writable(std::move_only_function<void()> ready);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::io
