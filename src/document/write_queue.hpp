// Writes on their way to the one thread of a store that commits them: it takes all that waits, so that concurrent calls share a commit.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "document/measures.hpp"
#include "document/store.hpp"
#include "io/loop.hpp"

namespace millrace::document {

/// The appends of one call. Lives in the awaiting frame until it is completed.
struct Write {
  std::vector<Append> appends = {};
  AppendSource* source = nullptr;                     // instead of `appends`
  std::chrono::steady_clock::time_point queued = {};  // when it began to wait
  Result<std::vector<Receipt>> result = {};
  io::Completion<std::vector<Receipt>> completion = {};
};

/// `W` is a Write, with what its store adds. Unless said otherwise, calls are the committing thread's alone.
template <class W>
class WriteQueue {
 public:
  using Writes = std::vector<W*>;

  struct Limits {
    std::size_t queue_max = 10'000;  // waiting appends
    std::size_t batch_max = 1'000;   // appends taken together, unless one write alone has more
    // How long a write may wait behind one that is long; then it is refused: "overloaded.writes".
    std::chrono::milliseconds wait_max{10'000};
    Measures measures = {};
  };
  explicit WriteQueue(Limits limits) : limits_(limits) {}

  /// Takes a write, which must live until it is completed; false when the queue is full. Any thread.
  bool push(W& write) {
    bool enough = false;
    {
      const std::lock_guard lock(mutex_);
      // A write larger than the whole queue is taken when nothing waits: it could never be otherwise.
      if (queued_ > 0 && queued_ + size_of(write) > limits_.queue_max) return false;
      write.queued = std::chrono::steady_clock::now();
      queue_.push_back(&write);
      count_queued(static_cast<std::int64_t>(size_of(write)));
      enough = queue_.size() == wanted_;
    }
    if (enough) arrived_.notify_one();
    return true;
  }

  /// What waits is still to be taken, then take() gives nothing. Any thread.
  void end() {
    {
      const std::lock_guard lock(mutex_);
      is_ending_ = true;
    }
    arrived_.notify_one();
  }
  bool is_ending() const {
    const std::lock_guard lock(mutex_);
    return is_ending_;
  }

  /// Waits; whether there is a write or the end.
  bool wait_for(std::chrono::microseconds duration) {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, duration, [this] { return is_due(); });
  }
  /// Waits until the end; whether it has come. Not together with another wait.
  bool wait_for_end(std::chrono::microseconds duration) {
    std::unique_lock lock(mutex_);
    wanted_ = SIZE_MAX;
    const bool ends = arrived_.wait_for(lock, duration, [this] { return is_ending_; });
    wanted_ = 1;
    return ends;
  }

  /// Waits for writes and takes those that are to be committed together: many, or one that has a source. Nothing: the end.
  ///
  /// Writers that were just answered come back within moments: where fewer wait than were committed together last, they are given a part of
  /// what a commit takes. One writer alone is never waited for others.
  Writes take() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return is_due(); });
    if (queue_.size() < last_taken_) {
      wanted_ = last_taken_;
      arrived_.wait_for(lock, std::min<Duration>(commit_time_ / 4, kGatherMax), [this] { return is_ending_ || queue_.size() >= wanted_; });
      wanted_ = 1;
    }
    Writes writes;
    std::size_t appends = 0;
    while (!queue_.empty() && (writes.empty() || appends + size_of(*queue_.front()) <= limits_.batch_max)) {
      if (queue_.front()->source != nullptr && !writes.empty()) break;  // it has a commit of its own
      writes.push_back(queue_.front());
      appends += size_of(*queue_.front());
      queue_.pop_front();
      if (writes.back()->source != nullptr) break;
    }
    count_queued(-static_cast<std::int64_t>(appends));
    last_taken_ = writes.size();
    if (limits_.measures.batches != nullptr && appends > 0) limits_.measures.batches->record(appends);
    taken_at_ = std::chrono::steady_clock::now();
    return writes;
  }

  /// What was taken is committed, or refused: hands every write its result.
  void finish(const Writes& writes) {
    const Duration took = std::chrono::steady_clock::now() - taken_at_;
    if (limits_.measures.commits != nullptr) limits_.measures.commits->record(took);
    commit_time_ += (took - commit_time_) / 8;
    complete(writes);
  }

  /// Whether more is on its way, as far as the last take can tell.
  bool expects_more() const {
    const std::lock_guard lock(mutex_);
    return !is_ending_ && (!queue_.empty() || last_taken_ > 1);
  }

  /// Refuses what has waited too long.
  void refuse_late() {
    Writes late;
    {
      const std::lock_guard lock(mutex_);
      const auto latest = std::chrono::steady_clock::now() - limits_.wait_max;
      for (; !queue_.empty() && queue_.front()->queued < latest; queue_.pop_front()) {
        late.push_back(queue_.front());
        count_queued(-static_cast<std::int64_t>(size_of(*queue_.front())));
      }
    }
    for (W* write : late)
      write->result = Failure(Error{ErrorKind::overloaded, "overloaded.writes", "The storage is busy: a long write is under way."});
    complete(late);
  }

 private:
  using Duration = std::chrono::nanoseconds;
  // However slow the storage is, an answer is not held back by more.
  static constexpr Duration kGatherMax = std::chrono::milliseconds(2);

  /// One post for each loop, since a post wakes a thread.
  static void complete(const Writes& writes) {
    std::vector<std::pair<io::Loop*, Writes>> by_loop;
    for (W* write : writes) {
      io::Loop* const home = &write->completion.loop();
      auto known = std::ranges::find(by_loop, home, &std::pair<io::Loop*, Writes>::first);
      if (known == by_loop.end()) known = by_loop.insert(known, {home, {}});
      known->second.push_back(write);
    }
    for (auto& [loop, ended] : by_loop) {
      loop->post([ready = std::move(ended)] {
        for (W* write : ready) {
          // The write ends with its coroutine, so its result leaves it first.
          auto result = std::move(write->result);
          write->completion.complete_here(std::move(result));
        }
      });
    }
  }

  void count_queued(std::int64_t appends) {
    queued_ += static_cast<std::size_t>(appends);
    if (limits_.measures.waiting != nullptr) limits_.measures.waiting->add(appends);
  }
  /// How much of the queue a write takes. What comes from a source waits outside of it.
  static std::size_t size_of(const W& write) { return std::max<std::size_t>(write.appends.size(), 1); }
  bool is_due() const { return is_ending_ || !queue_.empty(); }

  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<W*> queue_;        // GUARDED_BY(mutex_)
  std::size_t queued_ = 0;      // GUARDED_BY(mutex_); appends in the queue
  bool is_ending_ = false;      // GUARDED_BY(mutex_)
  std::size_t wanted_ = 1;      // GUARDED_BY(mutex_); how many writes the thread sleeps for
  std::size_t last_taken_ = 0;  // the thread's alone
  std::chrono::steady_clock::time_point taken_at_;
  Duration commit_time_{};  // of the last ones, smoothed; the thread's alone
};

}  // namespace millrace::document
