// The suite of all stores over PostgreSQL.
#include <gtest/gtest.h>
#include <unistd.h>

#include "document/store_suite_changes_test.hpp"
#include "document/store_suite_history_test.hpp"
#include "document/store_suite_ledger_test.hpp"
#include "document/store_suite_test.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/postgres/server_test.hpp"

namespace millrace::document::suite {
namespace {

class PostgresUnderTest final : public StoreUnderTest {
 public:
  std::unique_ptr<Store> open(const std::vector<FieldPath>& indexes) override {
    store::postgres::Options options{.uri = store::postgres::TestServer::shared().uri(), .collection = collection_, .indexes = indexes};
    auto opened = store::postgres::open_store(std::move(options));
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return opened ? *std::move(opened) : nullptr;
  }

 private:
  static std::string next_collection() {
    static int count = 0;
    return fmt::format("it's \"ev\" {} {}", ::getpid(), ++count);
  }
  const std::string collection_ = next_collection();
};

const auto kSetups = testing::Values(StoreSetup{"server", [] { return std::make_unique<PostgresUnderTest>(); }});

INSTANTIATE_TEST_SUITE_P(Postgres, StoreSuite, kSetups, setup_name);
INSTANTIATE_TEST_SUITE_P(Postgres, DurableStoreSuite, kSetups, setup_name);

}  // namespace
}  // namespace millrace::document::suite
