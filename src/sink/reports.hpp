// Reports: what the threads of a broker's library tell of one session, handed over to a loop; one wake-up for many.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "io/loop.hpp"
#include "sink/publisher.hpp"

namespace millrace::sink {

class Reports : public std::enable_shared_from_this<Reports> {
 public:
  /// `call` is called on the loop's thread when there is something to take.
  Reports(io::Loop& loop, std::function<void()> call) : loop_(loop), call_(std::move(call)) {}

  // Any thread.
  void accepted(Position position);
  /// The first one counts.
  void failed(std::string why);
  void hindered(std::string why);
  bool has_failed() const;

  // The loop's thread.
  Progress take();
  /// Nothing is called or taken any more; the loop may go.
  void end();

 private:
  void wake();

  io::Loop& loop_;
  const std::function<void()> call_;
  mutable std::mutex mutex_;
  // All under the mutex.
  Progress progress_;
  bool has_failed_ = false;
  bool is_called_ = false;
  bool has_ended_ = false;
};

}  // namespace millrace::sink
