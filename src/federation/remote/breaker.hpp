// A circuit breaker: who has failed several times in a row is left alone for a while, then tried with one request.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>

namespace millrace::federation {

class Breaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Options {
    std::size_t failures = 5;                // in a row, which open it; 0: it never opens
    std::chrono::milliseconds pause{5'000};  // between tries while it is open
  };
  explicit Breaker(Options options) : options_(options) {}

  /// Whether a request may be made. While open, one that may is the try for this pause. Any thread, as all of this.
  bool allows(Time now);
  /// Whether it leaves the server alone.
  bool is_open() const;
  void succeeded();
  void failed(Time now);

 private:
  const Options options_;
  mutable std::mutex mutex_;
  std::size_t failures_ = 0;  // GUARDED_BY(mutex_); in a row
  Time next_try_;             // GUARDED_BY(mutex_); while open
};

}  // namespace millrace::federation
