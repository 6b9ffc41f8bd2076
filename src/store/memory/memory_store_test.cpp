#include "store/memory/memory_store.hpp"

#include <gtest/gtest.h>

#include "document/store_suite_changes_test.hpp"
#include "document/store_suite_history_test.hpp"
#include "document/store_suite_ledger_test.hpp"
#include "document/store_suite_test.hpp"

namespace millrace::document::suite {
namespace {

class MemoryUnderTest final : public StoreUnderTest {
 public:
  std::unique_ptr<Store> open(const std::vector<FieldPath>&) override { return store::memory::make_store(); }
};

INSTANTIATE_TEST_SUITE_P(Memory, StoreSuite, testing::Values(StoreSetup{"memory", [] { return std::make_unique<MemoryUnderTest>(); }}),
                         setup_name);

class MemoryStoreTest : public testing::Test {
 protected:
  Result<std::vector<Receipt>> create(Store& store, const std::string& id) {
    std::vector<Append> appends;
    appends.push_back({.operation = Operation::create, .id = id, .payload = "{}"});
    return loop_.block_on(store.append(std::move(appends)));
  }
  io::Loop loop_;
};

TEST_F(MemoryStoreTest, TimeGoesOnFromCommitToCommit) {
  std::vector<Instant> times = {{50}, {40}, {60}};
  std::size_t next = 0;
  const auto store = store::memory::make_store({.clock = [&] { return times[next++]; }});
  EXPECT_EQ(create(*store, "a")->at(0).recorded_at, Instant{50});
  EXPECT_EQ(create(*store, "b")->at(0).recorded_at, Instant{51});
  EXPECT_EQ(create(*store, "c")->at(0).recorded_at, Instant{60});
}

TEST_F(MemoryStoreTest, AFullStoreRefuses) {
  const auto store = store::memory::make_store({.versions_max = 1});
  ASSERT_TRUE(create(*store, "a"));
  const auto refused = create(*store, "b");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "store.full");
}

TEST_F(MemoryStoreTest, SqlIsRefused) {
  const auto store = store::memory::make_store();
  const Filter filter{.kind = Filter::Kind::sql, .sql = "1 = 1"};
  const std::vector<Query> queries = {{.filter = &filter}};
  const auto refused = loop_.block_on(store->find(queries, {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "store.sql");
}

}  // namespace
}  // namespace millrace::document::suite
