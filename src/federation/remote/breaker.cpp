#include "federation/remote/breaker.hpp"

namespace millrace::federation {

bool Breaker::allows(Time now) {
  if (options_.failures == 0) return true;
  const std::lock_guard lock(mutex_);
  if (failures_ < options_.failures) return true;
  if (now < next_try_) return false;
  next_try_ = now + options_.pause;  // others wait for what comes of it, but no longer than that
  return true;
}

bool Breaker::is_open() const {
  const std::lock_guard lock(mutex_);
  return options_.failures > 0 && failures_ >= options_.failures;
}

void Breaker::succeeded() {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
}

void Breaker::failed(Time now) {
  const std::lock_guard lock(mutex_);
  if (++failures_ >= options_.failures) next_try_ = now + options_.pause;
}

}  // namespace millrace::federation
