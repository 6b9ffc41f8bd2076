#include "store/postgres/connector.hpp"

#include <algorithm>
#include <utility>

#include "store/postgres/session.hpp"

namespace millrace::store::postgres {

Result<> Connector::open(const void* who, io::Loop& loop, Take take) {
  {
    const std::lock_guard lock(mutex_);
    if (is_ending_ || std::chrono::steady_clock::now() < retry_at_) return Failure(error_);
    requests_.push_back({who, &loop, std::move(take)});
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }
  changed_.notify_one();
  return {};
}

void Connector::forget(const void* who) {
  const std::lock_guard lock(mutex_);
  std::erase_if(requests_, [who](const Request& request) { return request.who == who; });
}

void Connector::stop() {
  std::thread ending;
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    requests_.clear();
    ending = std::move(thread_);
  }
  changed_.notify_one();
  if (ending.joinable()) ending.join();
}

void Connector::run() {
  std::size_t first_host = 0;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_ending_ || !requests_.empty(); });
    if (is_ending_) return;
    lock.unlock();
    Result<std::unique_ptr<Connection>> opened = connect(options_.server, options_.log, options_.timeout, first_host, &is_ending_);
    lock.lock();
    give(std::move(opened));
  }
}

/// Requires: the mutex is held, for who has been forgotten is not in the list, and its loop may be gone.
void Connector::give(Result<std::unique_ptr<Connection>> opened) {
  const bool is_open = opened.has_value();
  if (is_open) {
    backoff_ = std::chrono::milliseconds(0);
  } else {
    error_ = opened.error();
    backoff_ = std::clamp(backoff_ * 2, options_.backoff_min, options_.backoff_max);
    const auto chance = static_cast<unsigned>(backoff_.count() / 2);
    retry_at_ = std::chrono::steady_clock::now() + backoff_ / 2 + std::chrono::milliseconds(random_() % (chance + 1));
  }
  while (!requests_.empty()) {
    Request request = std::move(requests_.front());
    requests_.erase(requests_.begin());
    Result<std::unique_ptr<Connection>> given = is_open ? std::move(opened) : Failure(error_);
    request.loop->post([take = std::move(request.take), given = std::move(given)]() mutable { take(std::move(given)); });
    if (is_open) return;
  }
}

}  // namespace millrace::store::postgres
