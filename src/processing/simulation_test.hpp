// A world for pipelines: virtual time, stores behind proxies that delay, fail and lose answers, instances that crash and pause.
//
// A crash is a world that no longer answers: whatever an instance asks from then on fails without effect, and what it had asked has its
// effect or not, as the seed says. So it may happen at every await. All is driven by one seed.
#pragma once

#include <map>
#include <memory>
#include <queue>
#include <random>
#include <set>

#include "base/json/document.hpp"
#include "base/json/number.hpp"
#include "document/ledger.hpp"
#include "processing/attempts.hpp"
#include "processing/pipeline.hpp"
#include "store/memory/memory_store.hpp"

namespace millrace::processing {

class VirtualScheduler final : public Scheduler {
 public:
  explicit VirtualScheduler(std::uint64_t seed) : generator_(seed) {}

  Duration now() const override { return now_; }
  Instant clock() const override { return {now_.count() * 1'000}; }
  void post(std::move_only_function<void()> work) override { after(Duration{0}, std::move(work)); }
  void after(Duration delay, std::move_only_function<void()> work) override {
    queue_.emplace(std::pair(now_ + delay, ++count_), std::move(work));
  }
  std::uint64_t random() override { return generator_(); }

  std::uint64_t below(std::uint64_t bound) { return generator_() % bound; }
  bool chance(std::uint64_t in) { return in > 0 && below(in) == 0; }

  /// Runs what is due until then.
  void run_until(Duration end) {
    while (!queue_.empty() && queue_.begin()->first.first <= end) {
      auto next = queue_.extract(queue_.begin());
      now_ = next.key().first;
      next.mapped()();
    }
    now_ = end;
  }

 private:
  Duration now_{};
  std::uint64_t count_ = 0;
  std::mt19937_64 generator_;
  std::map<std::pair<Duration, std::uint64_t>, std::move_only_function<void()>> queue_;
};

/// What holds for one instance while it lives.
struct Life {
  VirtualScheduler& scheduler;
  bool is_dead = false;
  Duration paused_until{};
  std::uint64_t fails_one_in = 0;  // calls; 0: none
};

inline Error away() {
  return {ErrorKind::unavailable, "store.unavailable", "Away."};
}

/// Suspends for as long as a call takes, and for as long as the instance is paused.
struct Delay {
  Life& life;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) const { wait(handle, Duration(life.scheduler.below(8))); }
  void await_resume() const noexcept {}

 private:
  void wait(std::coroutine_handle<> handle, Duration time) const {
    life.scheduler.after(time, [this, handle] {
      const Duration left = life.paused_until - life.scheduler.now();
      if (left > Duration{0} && !life.is_dead) return wait(handle, left);
      handle.resume();
    });
  }
};

/// A call through a proxy: it may not arrive, and its answer may not.
template <class T>
Task<T> through(Life& life, Task<T> call) {
  Delay before{life};
  co_await before;
  if (life.is_dead && life.scheduler.chance(2)) co_return Failure(away());
  if (life.scheduler.chance(life.fails_one_in)) co_return Failure(away());
  const bool was_dead = life.is_dead;
  if (was_dead) co_return Failure(away());
  auto result = co_await call;
  Delay after{life};
  co_await after;
  if (life.is_dead || life.scheduler.chance(life.fails_one_in)) co_return Failure(away());
  co_return result;
}

class LedgerProxy final : public document::Ledger {
 public:
  LedgerProxy(document::Ledger& inner, Life& life) : inner_(inner), life_(life) {}
  Task<document::Record> get(std::string_view name) override { return through(life_, inner_.get(name)); }
  Task<std::uint64_t> put(std::string_view name, std::string value, std::uint64_t revision) override {
    return through(life_, inner_.put(name, std::move(value), revision));
  }
  Task<std::vector<std::string>> names(std::string_view prefix, std::size_t limit) override {
    return through(life_, inner_.names(prefix, limit));
  }

 private:
  document::Ledger& inner_;
  Life& life_;
};

class StoreProxy final : public document::Store {
 public:
  StoreProxy(document::Store& inner, Life& life) : inner_(inner), life_(life) {}
  Task<std::vector<document::Receipt>> append(std::vector<document::Append> appends) override {
    return through(life_, inner_.append(std::move(appends)));
  }
  Task<document::Documents> read(std::span<const std::string_view> ids, document::View view) override {
    return through(life_, inner_.read(ids, view));
  }
  Task<document::Documents> changes(document::Position after, std::size_t limit, document::View view) override {
    return through(life_, inner_.changes(after, limit, view));
  }
  Task<document::Position> last_position() override { return through(life_, inner_.last_position()); }

  Task<void> append_all(document::AppendSource& source) override { return inner_.append_all(source); }
  Task<std::vector<document::Documents>> find(std::span<const document::Query> queries, document::View view) override {
    return inner_.find(queries, view);
  }
  Task<std::vector<std::uint64_t>> count(std::span<const document::Query> queries, document::View view) override {
    return inner_.count(queries, view);
  }
  Task<document::Documents> history(std::string_view id, document::View view, document::Position before, std::size_t limit) override {
    return inner_.history(id, view, before, limit);
  }
  Task<Instant> latest() override { return inner_.latest(); }
  Task<void> ping() override { return inner_.ping(); }
  document::Ledger& ledger() override { return inner_.ledger(); }

 private:
  document::Store& inner_;
  Life& life_;
};

class StoreSource final : public Source {
 public:
  StoreSource(document::Store& store, Life& life) : store_(store), life_(life) {}
  Task<document::Changes> read(document::Position after, Duration patience) override {
    is_interrupted_ = false;
    const Duration end = life_.scheduler.now() + patience;
    while (true) {
      CO_TRY(document::Documents read, co_await store_.changes(after, 1 + life_.scheduler.below(9)));
      document::Changes changes{.documents = std::make_shared<const document::Documents>(std::move(read)), .until = after};
      changes.until += changes.size();
      if (!changes.empty() || is_interrupted_ || life_.scheduler.now() >= end) co_return changes;
      Delay delay{life_};
      for (int i = 0; i < 5; ++i) co_await delay;
    }
  }
  Task<document::Documents> at(document::Position position, std::size_t limit) override {
    return store_.changes(position - 1, std::min<std::size_t>(limit, 5));
  }
  Task<document::Position> head() override { return store_.last_position(); }
  void interrupt() override { is_interrupted_ = true; }

 private:
  document::Store& store_;
  Life& life_;
  bool is_interrupted_ = false;
};

}  // namespace millrace::processing
