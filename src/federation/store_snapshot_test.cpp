#include "federation/store_snapshot.hpp"

#include <gtest/gtest.h>

#include "io/loop.hpp"

namespace millrace::federation {
namespace {

/// Says of its latest version what a test wants, one after the other.
class ToldStore : public document::Store {
 public:
  std::vector<Result<Instant>> told;
  std::size_t asked = 0;

  Task<Instant> latest() override { co_return told.at(std::min(asked++, told.size() - 1)); }
  Task<std::vector<document::Receipt>> append(std::vector<document::Append>) override { co_return unused(); }
  Task<void> append_all(document::AppendSource&) override { co_return unused(); }
  Task<document::Documents> read(std::span<const std::string_view>, document::View) override { co_return unused(); }
  Task<std::vector<document::Documents>> find(std::span<const document::Query>, document::View) override { co_return unused(); }
  Task<std::vector<std::uint64_t>> count(std::span<const document::Query>, document::View) override { co_return unused(); }
  Task<document::Documents> history(std::string_view, document::View, document::Position, std::size_t) override { co_return unused(); }
  Task<document::Documents> changes(document::Position, std::size_t, document::View) override { co_return unused(); }
  Task<document::Position> last_position() override { co_return unused(); }
  document::Ledger& ledger() override { return ledger_; }
  Task<void> ping() override { co_return Result<>(); }

  static Failure unused() { return Failure(Error{ErrorKind::internal, "test.unused", "A snapshot asks for instants alone."}); }

 private:
  document::MemoryLedger ledger_;
};

class StoreSnapshotTest : public testing::Test {
 protected:
  void take() {
    snapshot_.add(first_);
    snapshot_.add(second_);
    snapshot_.add(first_);
    ASSERT_TRUE(loop_.block_on(snapshot_.take()));
  }
  static Instant ahead(std::int64_t seconds) { return now() + std::chrono::seconds(seconds); }

  io::Loop loop_;
  ToldStore first_, second_;
  StoreSnapshot snapshot_;
};

TEST_F(StoreSnapshotTest, AStoreIsReadAsOfItsLastVersion) {
  first_.told = {Instant{1'000}};
  second_.told = {Instant{}};
  take();
  EXPECT_EQ(*snapshot_.at(first_), Instant{1'000});
  EXPECT_EQ(*snapshot_.at(second_), Instant{});
  EXPECT_EQ(first_.asked, 1u);
  EXPECT_EQ(second_.asked, 1u);
}

/// Its version may just have been acknowledged: it must be seen, and so must be what another store got before it.
TEST_F(StoreSnapshotTest, AClockThatIsAheadHidesNothing) {
  const Instant late = ahead(60);
  const Instant meanwhile = ahead(30);
  first_.told = {late};
  second_.told = {Instant{1'000}, meanwhile};
  take();
  EXPECT_EQ(*snapshot_.at(first_), late);
  EXPECT_EQ(*snapshot_.at(second_), meanwhile);
  EXPECT_EQ(first_.asked, 1u);
  EXPECT_EQ(second_.asked, 2u);
}

TEST_F(StoreSnapshotTest, WhatIsRecordedLaterThanAllWasIsLeftOut) {
  const Instant late = ahead(60);
  first_.told = {late};
  second_.told = {Instant{1'000}, ahead(90)};
  take();
  EXPECT_EQ(*snapshot_.at(second_), late);
}

TEST_F(StoreSnapshotTest, AStoreThatDoesNotSayLeavesTheOthers) {
  first_.told = {Failure(Error{ErrorKind::unavailable, "store.unavailable", "The storage is away."})};
  second_.told = {Instant{1'000}};
  take();
  ASSERT_FALSE(snapshot_.at(first_));
  EXPECT_EQ(snapshot_.at(first_).error().code, "store.unavailable");
  EXPECT_EQ(*snapshot_.at(second_), Instant{1'000});
}

}  // namespace
}  // namespace millrace::federation
