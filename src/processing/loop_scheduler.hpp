// A loop's thread as the pipeline's scheduler.
#pragma once

#include <random>

#include "io/loop.hpp"
#include "processing/scheduler.hpp"

namespace millrace::processing {

/// The loop outlives it. The loop's thread only.
class LoopScheduler final : public Scheduler {
 public:
  explicit LoopScheduler(io::Loop& loop);

  Duration now() const override;
  Instant clock() const override;
  void post(std::move_only_function<void()> work) override;
  void after(Duration delay, std::move_only_function<void()> work) override;
  std::uint64_t random() override;

 private:
  io::Loop& loop_;
  std::mt19937_64 generator_;
};

/// Runs the task that `make` makes on another loop's thread, and resumes here with its result. `make` is gone when it has made it: the task
/// must hold what it needs. The other loop must run until then.
template <class T, class Make>
Task<T> run_on(io::Loop& loop, Make make) {
  io::Completion<T> done;
  loop.post([&done, make = std::move(make)]() mutable { start(make(), [&done](Result<T> result) { done.complete(std::move(result)); }); });
  auto result = co_await done;
  co_return result;
}

}  // namespace millrace::processing
