// What the servers of one process carry together, and how much that may be: what is too much is refused at once, with 503 and Retry-After,
// instead of waiting for its turn.
#pragma once

#include <atomic>
#include <cstddef>

namespace millrace::http {

/// Any thread.
class Load {
 public:
  struct Limits {
    std::size_t connections_max = 100'000;      // more are answered with 503 and closed as they come
    std::size_t requests_max = 10'000;          // that handlers work on at a time
    std::size_t body_bytes_max = 512ull << 20;  // bodies in memory, coming and going; small ones are not counted
  };
  explicit Load(Limits limits) : limits_(limits) {}

  /// Whether there is one more place; give it back with leave.
  bool enter_connection() { return enter(connections_, limits_.connections_max); }
  void leave_connection() { connections_.fetch_sub(1, std::memory_order_relaxed); }
  bool enter_request() { return enter(requests_, limits_.requests_max); }
  void leave_request() { requests_.fetch_sub(1, std::memory_order_relaxed); }

  /// Changes what a connection holds from `before` bytes to `now`. False, and nothing is changed, when that is more than there is room for.
  /// Whoever is alone always has room, so that what one request may bring or get is possible whatever the limit.
  bool hold_bodies(std::size_t before, std::size_t now) {
    std::size_t total = body_bytes_.load(std::memory_order_relaxed);
    while (true) {
      const std::size_t others = total - before;
      if (now > before && others > 0 && others + now > limits_.body_bytes_max) return false;
      if (body_bytes_.compare_exchange_weak(total, others + now, std::memory_order_relaxed)) return true;
    }
  }
  /// The same for what is there already, whether there is room or not.
  void set_bodies(std::size_t before, std::size_t now) { body_bytes_.fetch_add(now - before, std::memory_order_relaxed); }

 private:
  static bool enter(std::atomic<std::size_t>& count, std::size_t max) {
    if (count.fetch_add(1, std::memory_order_relaxed) < max) return true;
    count.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }

  const Limits limits_;
  std::atomic<std::size_t> connections_{0};
  std::atomic<std::size_t> requests_{0};
  std::atomic<std::size_t> body_bytes_{0};
};

}  // namespace millrace::http
