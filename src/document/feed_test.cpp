// Readers of a feed, over a store of nothing but positions that counts how often it is read.
#include "document/feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <random>
#include <thread>

#include "io/loop.hpp"

namespace millrace::document {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatient = 60s;

class CountedStore final : public Store {
 public:
  Task<std::vector<Receipt>> append(std::vector<Append> appends) override {
    const std::lock_guard lock(mutex_);
    for (Append& each : appends) ids_.push_back(std::move(each.id));
    co_return std::vector<Receipt>(appends.size());
  }
  Task<Documents> changes(Position after, std::size_t limit, View view) override {
    ++reads;
    if (is_away) co_return Failure(Error{ErrorKind::unavailable, "store.unavailable", "Away."});
    const std::lock_guard lock(mutex_);
    Documents documents;
    for (Position at = after; at < ids_.size() && documents.size() < limit; ++at) {
      documents.add(ids_[at], "{}", {.version = 1, .position = at + 1});
      if (documents.cut_to(view.bytes_max)) break;
    }
    co_return documents;
  }
  Task<Position> last_position() override { co_return ids_.size(); }
  Task<Instant> latest() override { co_return Instant{}; }

  Task<void> append_all(AppendSource&) override { co_return {}; }
  Task<Documents> read(std::span<const std::string_view>, View) override { co_return Documents(); }
  Task<std::vector<Documents>> find(std::span<const Query>, View) override { co_return std::vector<Documents>(); }
  Task<std::vector<std::uint64_t>> count(std::span<const Query>, View) override { co_return std::vector<std::uint64_t>(); }
  Task<Documents> history(std::string_view, View, Position, std::size_t) override { co_return Documents(); }
  Ledger& ledger() override { return ledger_; }
  Task<void> ping() override { co_return {}; }

  std::atomic<std::size_t> reads = 0;
  std::atomic<bool> is_away = false;

 private:
  std::mutex mutex_;
  std::vector<std::string> ids_;
  MemoryLedger ledger_;
};

Append one() {
  return {.id = "an id"};
}

class FeedTest : public testing::Test {
 protected:
  void make(Feed::Options options = {.poll_interval = 1h}) {
    auto counted = std::make_unique<CountedStore>();
    inner_ = counted.get();
    feed_ = std::make_unique<Feed>(*inner_, options);
    store_ = make_feeding(std::move(counted), *feed_);
  }

  void append(std::size_t count = 1) {
    std::vector<Append> appends(count, one());
    ASSERT_TRUE(loop_.block_on(store_->append(std::move(appends))));
  }
  /// As another process does: without a poke.
  void append_elsewhere() {
    std::vector<Append> appends(1, one());
    ASSERT_TRUE(loop_.block_on(inner_->append(std::move(appends))));
  }

  Follower follow(Position after = 0) { return *feed_->follow(after); }
  Changes next(Follower& follower, std::chrono::milliseconds patience = kPatient) {
    auto changes = loop_.block_on(follower.next(patience));
    EXPECT_TRUE(changes);
    return changes ? *std::move(changes) : Changes{};
  }

  /// Asks without waiting for the answer, which `given` gets.
  void ask(Follower& follower, std::vector<Changes>& given, std::chrono::milliseconds patience = kPatient) {
    loop_.post([&follower, &given, patience, this] {
      start(follower.next(patience), [&given, this](Result<Changes> changes) {
        EXPECT_TRUE(changes);
        if (changes) given.push_back(*std::move(changes));
        if (given.size() == expected_) loop_.stop();
      });
    });
  }
  void run_until(std::size_t expected) {
    expected_ = expected;
    loop_.run();
  }
  /// Lets what was posted happen.
  void settle() {
    for (int turn = 0; turn < 10; ++turn) {
      loop_.post([this] { loop_.stop(); });
      loop_.run();
    }
  }

  io::Loop loop_;
  CountedStore* inner_ = nullptr;
  std::unique_ptr<Feed> feed_;
  std::unique_ptr<Store> store_;
  std::size_t expected_ = SIZE_MAX;
};

TEST_F(FeedTest, GivesWhatIsThereInBatches) {
  make({.batch_versions = 3, .poll_interval = 1h});
  append(7);
  Follower follower = follow(1);
  for (const auto& [size, until] : {std::pair{3u, 4u}, {3u, 7u}}) {
    const Changes changes = next(follower);
    EXPECT_EQ(changes.size(), size);
    EXPECT_EQ(changes.until, until);
    EXPECT_EQ(changes.documents->envelope(changes.begin).position, until - size + 1);
  }
  const Changes none = next(follower, 0ms);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.until, 7u);
  EXPECT_FALSE(none.is_over);
}

TEST_F(FeedTest, ABatchEndsByItsBytesButHasOneVersion) {
  make({.batch_bytes = 1, .poll_interval = 1h});
  append(2);
  Follower follower = follow();
  EXPECT_EQ(next(follower).until, 1u);
  EXPECT_EQ(next(follower).until, 2u);
}

TEST_F(FeedTest, ThousandFollowersAtTheEndCostOneReadACommit) {
  make();
  constexpr std::size_t kFollowers = 1000, kCommits = 50;
  append(20);
  std::vector<Follower> followers;
  for (std::size_t i = 0; i < kFollowers; ++i) followers.push_back(follow(20));
  std::vector<Changes> given;
  for (std::size_t commit = 0; commit < kCommits; ++commit) {
    given.clear();
    for (Follower& follower : followers) ask(follower, given);
    settle();
    ASSERT_TRUE(given.empty());
    if (commit == 0) inner_->reads = 0;
    loop_.post([this] { start(store_->append(std::vector<Append>(1, one())), [](const auto&) {}); });
    run_until(kFollowers);
    for (const Changes& changes : given) ASSERT_EQ(changes.until, 21 + commit);
  }
  EXPECT_LE(inner_->reads, 2 * kCommits);
}

TEST_F(FeedTest, WhoIsALittleLateFindsTheLastBatchesInMemory) {
  make();
  Follower early = follow(), late = follow();
  for (Position position = 1; position <= 10; ++position) {
    append();
    EXPECT_EQ(next(early).until, position);
  }
  inner_->reads = 0;
  Position position = 0;
  while (position < 10) position = next(late).until;
  EXPECT_EQ(inner_->reads, 0u);
}

TEST_F(FeedTest, WhoIsFarBehindReadsByItself) {
  make({.batch_versions = 2, .recent_bytes = 20, .poll_interval = 1h});
  append(100);
  Follower ahead = follow(100), behind = follow(0);
  next(ahead, 0ms);
  std::vector<Position> seen;
  while (seen.size() < 100) {
    const Changes changes = next(behind);
    for (std::size_t i = changes.begin; i < changes.documents->size(); ++i) seen.push_back(changes.documents->envelope(i).position);
  }
  for (Position position = 1; position <= 100; ++position) EXPECT_EQ(seen[position - 1], position);
  append();
  EXPECT_EQ(next(ahead).until, 101u);
  EXPECT_EQ(next(behind).until, 101u);
}

TEST_F(FeedTest, NobodyWhoWaitsIsPassedOverByOneWhoIsAheadOfTheTail) {
  make({.poll_interval = 50ms});
  Follower first = follow(0), second = follow(2);
  std::vector<Changes> given;
  ask(first, given);
  settle();
  append_elsewhere();
  append_elsewhere();
  append_elsewhere();
  EXPECT_EQ(next(second).until, 3u);
  ask(second, given);
  run_until(1);
  EXPECT_EQ(given.front().until, 3u);
  append();
  run_until(2);
}

TEST_F(FeedTest, WhatOthersWriteIsFoundByLooking) {
  make({.poll_interval = 50ms});
  Follower follower = follow();
  std::vector<Changes> given;
  ask(follower, given);
  settle();
  append_elsewhere();
  run_until(1);
  EXPECT_EQ(given.front().until, 1u);
}

TEST_F(FeedTest, NothingIsReadWhileNobodyWaits) {
  make({.poll_interval = 50ms});
  Follower follower = follow();
  inner_->reads = 0;
  append(5);
  append(5);
  EXPECT_EQ(inner_->reads, 0u);
}

TEST_F(FeedTest, PatienceEnds) {
  make({.poll_interval = 50ms});
  Follower follower = follow(0);
  const Changes none = next(follower, 60ms);
  EXPECT_TRUE(none.empty());
  EXPECT_FALSE(none.is_over);
}

TEST_F(FeedTest, AStoreThatIsAwayForAWhileIsWaitedFor) {
  make({.poll_interval = 50ms});
  Follower follower = follow();
  std::vector<Changes> given;
  ask(follower, given);
  settle();
  inner_->is_away = true;
  append();
  settle();
  inner_->is_away = false;
  run_until(1);
  EXPECT_EQ(given.front().until, 1u);
}

TEST_F(FeedTest, WhoReadsByItselfIsToldThatTheStoreIsAway) {
  make();
  append(3);
  Follower follower = follow(1);
  inner_->is_away = true;
  const auto failed = loop_.block_on(follower.next(kPatient));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, "store.unavailable");
  inner_->is_away = false;
  EXPECT_EQ(next(follower).until, 3u);
}

TEST_F(FeedTest, StoppingEndsOneAndTheEndAll) {
  make();
  Follower first = follow(), second = follow();
  std::vector<Changes> given;
  ask(first, given);
  ask(second, given);
  settle();
  loop_.post([&] { first.stop(); });
  run_until(1);
  EXPECT_TRUE(given[0].is_over);
  EXPECT_TRUE(next(first).is_over);
  feed_->end();
  run_until(2);
  EXPECT_TRUE(given[1].is_over);
  EXPECT_TRUE(next(second).is_over);
  const auto late = feed_->follow(0);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "feed.over");
  EXPECT_TRUE(feed_->is_idle());
}

TEST_F(FeedTest, ThereIsAMostOfFollowers) {
  make({.followers_max = 2, .poll_interval = 1h});
  std::optional<Follower> first = follow();
  const Follower second = follow();
  const auto refused = feed_->follow(0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "overloaded.followers");
  first.reset();
  EXPECT_TRUE(feed_->follow(0));
}

/// Reads up to a position, whatever the pauses; what it saw.
Task<void> read_all(Feed& feed, Position last, std::uint64_t seed, std::vector<Position>& seen) {
  std::mt19937_64 random(seed);
  std::optional<Follower> follower = *feed.follow(0);
  while (seen.size() < last) {
    if (random() % 10 == 0) follower = *feed.follow(seen.size());  // comes again
    CO_TRY(const Changes changes, co_await follower->next(std::chrono::milliseconds(random() % 3 * 20)));
    for (std::size_t i = 0; i < changes.size(); ++i) seen.push_back(changes.documents->envelope(changes.begin + i).position);
  }
  co_return {};
}

Task<void> write_all(Store& store, std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (std::size_t written = 0; written < count;) {
    const std::size_t size = std::min<std::size_t>(1 + random() % 4, count - written);
    CO_TRY_OK(co_await store.append(std::vector<Append>(size, one())));
    written += size;
  }
  co_return {};
}

TEST_F(FeedTest, EveryReaderOnEveryThreadSeesEveryPositionOnceAndInOrder) {
  constexpr std::size_t kThreads = 4, kReaders = 5, kEach = 3000;
  make({.batch_versions = 16, .recent_bytes = 2000, .poll_interval = 50ms});
  std::vector<std::vector<Position>> seen(kThreads * kReaders);
  std::vector<std::jthread> threads;
  std::latch ready(kThreads), done(kThreads);
  for (std::size_t thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      io::Loop loop;
      ready.arrive_and_wait();
      std::vector<Task<void>> tasks;
      for (std::size_t i = 0; i < kReaders; ++i)
        tasks.push_back(read_all(*feed_, kThreads * kEach, thread * 100 + i, seen[thread * kReaders + i]));
      // Half of them write past the feed, as other processes do.
      Store& store = thread % 2 == 0 ? *store_ : *inner_;
      tasks.push_back(write_all(store, kEach, 1000 + thread));
      const auto results = loop.block_on(when_all(std::move(tasks)));
      for (const Result<>& result : *results) EXPECT_TRUE(result);
      // A loop that has once looked for others must go on.
      done.count_down();
      while (!done.try_wait() || !feed_->is_idle()) loop.block_on([]() -> Task<void> { co_return {}; }());
    });
  threads.clear();
  for (const auto& positions : seen) {
    ASSERT_EQ(positions.size(), kThreads * kEach);
    for (std::size_t i = 0; i < positions.size(); ++i) ASSERT_EQ(positions[i], i + 1);
  }
}

}  // namespace
}  // namespace millrace::document
