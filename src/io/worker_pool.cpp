#include "io/worker_pool.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace millrace::io {

struct WorkerPool::State {
  std::mutex mutex;
  std::size_t queue_max;  // under mutex
  std::condition_variable changed;
  std::deque<std::move_only_function<void()>> queue;  // under mutex
  bool ending = false;                                // under mutex
  std::vector<std::thread> threads;

  void work();
};

void WorkerPool::State::work() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return ending || !queue.empty(); });
    if (queue.empty()) return;
    auto job = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

WorkerPool::WorkerPool(Options options) : state_(std::make_unique<State>()) {
  CHECK(options.threads > 0);
  state_->queue_max = options.queue_max;
  for (std::size_t i = 0; i < options.threads; ++i) state_->threads.emplace_back([state = state_.get()] { state->work(); });
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->changed.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

void WorkerPool::set_queue_max(std::size_t jobs) {
  const std::lock_guard lock(state_->mutex);
  state_->queue_max = jobs;
}

bool WorkerPool::push(std::move_only_function<void()> job) {
  {
    std::lock_guard lock(state_->mutex);
    if (state_->queue.size() >= state_->queue_max) return false;
    state_->queue.push_back(std::move(job));
  }
  state_->changed.notify_one();
  return true;
}

}  // namespace millrace::io
