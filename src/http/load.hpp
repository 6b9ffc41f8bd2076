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
  explicit Load(Limits limits) { set_limits(limits); }

  /// What is there already stays, though it may be more.
  void set_limits(Limits limits) {
    connections_max_.store(limits.connections_max, std::memory_order_relaxed);
    requests_max_.store(limits.requests_max, std::memory_order_relaxed);
    body_bytes_max_.store(limits.body_bytes_max, std::memory_order_relaxed);
  }

  /// Whether there is one more place; give it back with leave.
  bool enter_connection() { return enter(connections_, connections_max_); }
  void leave_connection() { connections_.fetch_sub(1, std::memory_order_relaxed); }
  bool enter_request() { return enter(requests_, requests_max_); }
  void leave_request() { requests_.fetch_sub(1, std::memory_order_relaxed); }

  /// Changes what a connection holds from `before` bytes to `now`. False, and nothing is changed, when that is more than there is room for.
  /// Whoever is alone always has room, so that what one request may bring or get is possible whatever the limit.
  bool hold_bodies(std::size_t before, std::size_t now) {
    std::size_t total = body_bytes_.load(std::memory_order_relaxed);
    while (true) {
      const std::size_t others = total - before;
      if (now > before && others > 0 && others + now > body_bytes_max_.load(std::memory_order_relaxed)) return false;
      if (body_bytes_.compare_exchange_weak(total, others + now, std::memory_order_relaxed)) return true;
    }
  }
  /// The same for what is there already, whether there is room or not.
  void set_bodies(std::size_t before, std::size_t now) { body_bytes_.fetch_add(now - before, std::memory_order_relaxed); }

  struct Now {
    std::size_t connections = 0;
    std::size_t requests = 0;
    std::size_t body_bytes = 0;
  };
  Now now() const {
    return {connections_.load(std::memory_order_relaxed), requests_.load(std::memory_order_relaxed),
            body_bytes_.load(std::memory_order_relaxed)};
  }

 private:
  static bool enter(std::atomic<std::size_t>& count, const std::atomic<std::size_t>& max) {
    if (count.fetch_add(1, std::memory_order_relaxed) < max.load(std::memory_order_relaxed)) return true;
    count.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }

  // Apart from the counts, which every request changes.
  alignas(64) std::atomic<std::size_t> connections_max_{0};
  std::atomic<std::size_t> requests_max_{0};
  std::atomic<std::size_t> body_bytes_max_{0};
  alignas(64) std::atomic<std::size_t> connections_{0};
  std::atomic<std::size_t> requests_{0};
  std::atomic<std::size_t> body_bytes_{0};
};

}  // namespace millrace::http
