#include "io/loop.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace millrace::io {

namespace {

using Work = std::move_only_function<void()>;
using Clock = std::chrono::steady_clock;

// Timers fall due on multiples of this, so that any number of them share one timer of the system.
constexpr std::chrono::milliseconds kTick{50};

thread_local Loop* current_loop = nullptr;

/// The first tick at or after `time`.
std::int64_t tick_after(Clock::time_point time) {
  auto since = time.time_since_epoch();
  return (since + kTick - Clock::duration{1}) / kTick;
}

}  // namespace

struct Loop::State {
  boost::asio::io_context context{1};  // the hint: one thread runs it
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard = boost::asio::make_work_guard(context);

  // Posted work waits here, not in the context: however many posts come between two turns of the loop, it is woken once.
  std::mutex mutex;
  std::vector<Work> posted;  // under mutex
  std::vector<Work> batch;   // the loop's thread only; keeps its capacity

  // The loop's thread only.
  std::map<std::int64_t, std::vector<Work>> timers;  // by tick
  boost::asio::steady_timer timer{context};
  std::int64_t armed = 0;  // the tick that `timer` waits for; 0: none

  std::vector<Work> at_end;

  void run_posted();
  void arm();
  void run_due();
};

void Loop::State::run_posted() {
  std::vector<Work> works;
  works.swap(batch);
  {
    std::lock_guard lock(mutex);
    works.swap(posted);
  }
  for (Work& work : works) {
    work();
    work = nullptr;  // what it held ends before the next begins
  }
  works.clear();
  batch.swap(works);
}

void Loop::State::arm() {
  if (timers.empty()) return;
  std::int64_t next = timers.begin()->first;
  if (armed != 0 && armed <= next) return;
  armed = next;
  timer.expires_at(Clock::time_point(next * kTick));
  timer.async_wait([this](boost::system::error_code error) {
    if (!error) run_due();  // else it was armed anew for an earlier tick
  });
}

void Loop::State::run_due() {
  armed = 0;
  std::int64_t now = Clock::now().time_since_epoch() / kTick;
  while (!timers.empty() && timers.begin()->first <= now) {
    auto due = timers.extract(timers.begin());
    for (Work& work : due.mapped()) work();
  }
  arm();
}

Loop::Loop() : state_(std::make_unique<State>()) {}

Loop::~Loop() {
  for (Work& work : state_->at_end) work();
}

void Loop::run() {
  CHECK(current_loop == nullptr);
  current_loop = this;
  state_->context.run();
  state_->context.restart();
  current_loop = nullptr;
}

void Loop::stop() {
  state_->context.stop();
}

void Loop::post(Work work) {
  bool wake = false;
  {
    std::lock_guard lock(state_->mutex);
    wake = state_->posted.empty();
    state_->posted.push_back(std::move(work));
  }
  if (wake) boost::asio::post(state_->context, [state = state_.get()] { state->run_posted(); });
}

void Loop::after(std::chrono::milliseconds delay, Work work) {
  std::int64_t tick = tick_after(Clock::now() + std::max(delay, std::chrono::milliseconds{0}));
  state_->timers[tick].push_back(std::move(work));
  state_->arm();
}

void Loop::at_end(Work work) {
  state_->at_end.push_back(std::move(work));
}

Loop* Loop::current() {
  return current_loop;
}

boost::asio::io_context& Loop::context() {
  return state_->context;
}

Task<void> pause(std::chrono::milliseconds delay) {
  Completion<void> waited;
  Loop::current()->after(delay, [&waited] { waited.complete_here({}); });
  co_return co_await waited;
}

Task<void> pause_until(std::chrono::steady_clock::time_point time) {
  Completion<void> waited;
  // The context keeps it: should the loop end first, it ends with that.
  const auto timer = std::make_shared<boost::asio::steady_timer>(Loop::current()->context(), time);
  timer->async_wait([timer, &waited](boost::system::error_code) { waited.complete_here({}); });
  co_return co_await waited;
}

}  // namespace millrace::io
