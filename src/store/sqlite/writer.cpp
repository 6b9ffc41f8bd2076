#include "store/sqlite/writer.hpp"

#include <algorithm>

namespace millrace::store::sqlite {
namespace {

/// Hands every write back to its loop: one post for each loop, since a post wakes a thread.
void complete_all(const std::vector<Write*>& writes) {
  std::vector<std::pair<io::Loop*, std::vector<Write*>>> by_loop;
  for (Write* write : writes) {
    io::Loop* const home = &write->completion.loop();
    auto known = std::ranges::find(by_loop, home, &std::pair<io::Loop*, std::vector<Write*>>::first);
    if (known == by_loop.end()) known = by_loop.insert(known, {home, {}});
    known->second.push_back(write);
  }
  for (auto& [loop, ended] : by_loop) {
    loop->post([ready = std::move(ended)] {
      for (Write* write : ready) {
        // The write ends with its coroutine, so its result leaves it first.
        auto result = std::move(write->result);
        write->completion.complete_here(std::move(result));
      }
    });
  }
}

/// How much of the queue a write takes. What comes from a source waits outside of it.
std::size_t size_of(const Write& write) {
  return write.source ? 1 : write.appends.size();
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, Limits limits)
    : connection_(std::move(connection)), limits_(limits), thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

bool Writer::push(Write& write) {
  bool enough = false;
  {
    const std::lock_guard lock(mutex_);
    // A write larger than the whole queue is taken when nothing waits: it could never be otherwise.
    if (queued_ > 0 && queued_ + size_of(write) > limits_.queue_max) return false;
    write.queued = std::chrono::steady_clock::now();
    queue_.push_back(&write);
    queued_ += size_of(write);
    enough = queue_.size() == wanted_;
  }
  if (enough) arrived_.notify_one();
  return true;
}

/// Waits until there is a write or the end; folds the log when it takes a while.
void Writer::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto is_due = [this] { return stopping_ || !queue_.empty(); };
  if (has_log_ && !arrived_.wait_for(lock, limits_.idle_min, is_due)) {
    lock.unlock();
    (void)connection_->run("PRAGMA wal_checkpoint(PASSIVE)");  // a log that cannot be folded now is folded later
    has_log_ = false;
    lock.lock();
  }
  arrived_.wait(lock, is_due);
}

/// Waits a moment for as many writes as the last transaction had.
void Writer::gather(std::unique_lock<std::mutex>& lock) {
  wanted_ = last_taken_;
  arrived_.wait_for(lock, limits_.gather_max, [this] { return stopping_ || queue_.size() >= wanted_; });
  wanted_ = 1;
}

std::vector<Write*> Writer::take() {
  std::unique_lock lock(mutex_);
  wait_for_work(lock);
  if (queue_.size() < last_taken_) gather(lock);
  std::vector<Write*> writes;
  std::size_t appends = 0;
  while (!queue_.empty() && (writes.empty() || appends + size_of(*queue_.front()) <= limits_.batch_max)) {
    if (queue_.front()->source && !writes.empty()) break;  // it has a transaction of its own
    writes.push_back(queue_.front());
    appends += size_of(*queue_.front());
    queue_.pop_front();
    if (writes.back()->source) break;
  }
  queued_ -= appends;
  last_taken_ = writes.size();
  return writes;
}

/// Refuses what has waited too long.
void Writer::refuse_late() {
  std::vector<Write*> late;
  {
    const std::lock_guard lock(mutex_);
    const auto latest = std::chrono::steady_clock::now() - limits_.wait_max;
    for (; !queue_.empty() && queue_.front()->queued < latest; queue_.pop_front()) {
      late.push_back(queue_.front());
      queued_ -= size_of(*queue_.front());
    }
  }
  for (Write* write : late) {
    write->result = Failure(Error{ErrorKind::overloaded, "overloaded.writes", "The storage is busy: a long write is under way."});
  }
  complete_all(late);
}

void Writer::run() {
  while (true) {
    const std::vector<Write*> writes = take();
    if (writes.empty()) return;
    if (writes.front()->source) {
      commit_source(*connection_, *writes.front(), [this] { refuse_late(); });
    } else {
      commit_writes(*connection_, writes);
    }
    has_log_ = true;
    complete_all(writes);
  }
}

}  // namespace millrace::store::sqlite
