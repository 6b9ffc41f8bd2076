#include "processing/loop_scheduler.hpp"

namespace millrace::processing {

LoopScheduler::LoopScheduler(io::Loop& loop) : loop_(loop), generator_(std::random_device{}()) {}

Duration LoopScheduler::now() const {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}
Instant LoopScheduler::clock() const {
  return millrace::now();
}
void LoopScheduler::post(std::move_only_function<void()> work) {
  loop_.post(std::move(work));
}
void LoopScheduler::after(Duration delay, std::move_only_function<void()> work) {
  loop_.after(delay, std::move(work));
}
std::uint64_t LoopScheduler::random() {
  return generator_();
}

}  // namespace millrace::processing
