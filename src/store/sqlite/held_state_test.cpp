#include "store/sqlite/held_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/loop.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_folder_test.hpp"

namespace millrace::store::sqlite {
namespace {

class HeldStateTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = open_store({.file = folder_ / "store.db", .collection = "events"});
    ASSERT_TRUE(opened);
    store_ = *std::move(opened);
    auto beside = Connection::open({.file = folder_ / "store.db", .mode = Connection::Mode::write});
    ASSERT_TRUE(beside);
    beside_ = *std::move(beside);
    create("first");
    read_until_it_holds();
  }

  void create(std::string id) {
    std::vector<document::Append> appends(1);
    appends.front() = {.operation = document::Operation::create, .id = std::move(id), .payload = "{}"};
    ASSERT_TRUE(loop_.block_on(store_->append(std::move(appends))));
  }

  bool finds(std::string_view id) {
    const std::vector<std::string_view> ids = {id};
    const auto read = loop_.block_on(store_->read(ids, {}));
    EXPECT_TRUE(read);
    return read && read->found(0);
  }

  Instant latest() {
    const auto latest = loop_.block_on(store_->latest());
    EXPECT_TRUE(latest);
    return latest ? *latest : Instant{};
  }

  void read_until_it_holds() {
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(finds("first"));
    ASSERT_TRUE(is_held());
  }

  /// Whether somebody reads a state that is in the log: then it cannot be cut.
  bool is_held() {
    Cursor checkpoint = beside_->use("PRAGMA wal_checkpoint(TRUNCATE)");
    EXPECT_TRUE(checkpoint.next());
    return checkpoint.integer(0) != 0;
  }

  TemporaryFolder folder_;
  io::Loop loop_;
  std::unique_ptr<document::Store> store_;
  std::unique_ptr<Connection> beside_;  // as another process has it
};

TEST_F(HeldStateTest, ItIsGivenUpForWhatIsCommittedHere) {
  const Instant before = latest();
  create("second");
  EXPECT_TRUE(finds("second"));
  EXPECT_GT(latest(), before);
}

TEST_F(HeldStateTest, ItIsGivenUpForWhatAnotherCommits) {
  const Instant before = latest();
  ASSERT_TRUE(
      beside_->run("INSERT INTO events(position, id, version, recorded_at, deleted, payload)"
                   " SELECT 2, 'second', 1, recorded_at + 1, 0, '{}' FROM events"));
  EXPECT_TRUE(finds("second"));
  EXPECT_EQ(latest(), Instant{before.microseconds + 1});
}

TEST_F(HeldStateTest, NobodyHoldsWhatNobodyReads) {
  for (int i = 0; i < 1000 && is_held(); ++i) ASSERT_TRUE(loop_.block_on(io::pause(std::chrono::milliseconds(10))));
  EXPECT_FALSE(is_held());
  create("second");
  read_until_it_holds();
}

TEST_F(HeldStateTest, TheStoreMayEndWhileItIsHeld) {
  store_.reset();
  ASSERT_TRUE(loop_.block_on(io::pause(std::chrono::milliseconds(300))));
  EXPECT_FALSE(is_held());
}

}  // namespace
}  // namespace millrace::store::sqlite
