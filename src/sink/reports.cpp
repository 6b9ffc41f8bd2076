#include "sink/reports.hpp"

#include <utility>

namespace millrace::sink {

void Reports::accepted(Position position) {
  const std::lock_guard lock(mutex_);
  if (has_ended_) return;
  progress_.accepted.push_back(position);
  wake();
}

void Reports::failed(std::string why) {
  const std::lock_guard lock(mutex_);
  if (has_ended_) return;
  if (!std::exchange(has_failed_, true)) progress_.failure = std::move(why);
  wake();
}

void Reports::hindered(std::string why) {
  const std::lock_guard lock(mutex_);
  if (has_ended_) return;
  progress_.trouble = std::move(why);
  wake();
}

bool Reports::has_failed() const {
  const std::lock_guard lock(mutex_);
  return has_failed_ || has_ended_;
}

/// Requires: the mutex; it has not ended.
void Reports::wake() {
  if (std::exchange(is_called_, true)) return;
  loop_.post([weak = weak_from_this()] {
    const auto own = weak.lock();
    if (!own) return;
    {
      const std::lock_guard lock(own->mutex_);
      own->is_called_ = false;
      if (own->has_ended_) return;
    }
    own->call_();
  });
}

Progress Reports::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(progress_, {});
}

void Reports::end() {
  const std::lock_guard lock(mutex_);
  has_ended_ = true;
  progress_ = {};
}

}  // namespace millrace::sink
