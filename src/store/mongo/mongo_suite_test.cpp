// The suite of all stores on MongoDB's wire protocol: a server with a log that is synced, and one that knows no transactions.
#include <gtest/gtest.h>

#include "base/id.hpp"
#include "document/store_suite_changes_test.hpp"
#include "document/store_suite_history_test.hpp"
#include "document/store_suite_ledger_test.hpp"
#include "document/store_suite_test.hpp"
#include "store/mongo/mongo_store.hpp"
#include "store/mongo/server_test.hpp"

namespace millrace::document::suite {
namespace {

using store::mongo::TestServer;

class MongoUnderTest final : public StoreUnderTest {
 public:
  explicit MongoUnderTest(TestServer::Kind kind) : server_(TestServer::shared(kind)) {}

  std::unique_ptr<Store> open(const std::vector<FieldPath>& indexes) override {
    const auto log = [](std::string_view text) { GTEST_LOG_(INFO) << text; };
    auto opened = store::mongo::open_store({.uri = server_.uri(), .collection = collection_, .indexes = indexes, .log = log});
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return opened ? *std::move(opened) : nullptr;
  }

 private:
  TestServer& server_;
  const std::string collection_ = "events " + make_uuid7();
};

const auto kSetups = testing::Values(StoreSetup{"secantus", [] { return std::make_unique<MongoUnderTest>(TestServer::Kind::secantus); }},
                                     StoreSetup{"java", [] { return std::make_unique<MongoUnderTest>(TestServer::Kind::java); }});

INSTANTIATE_TEST_SUITE_P(Mongo, StoreSuite, kSetups, setup_name);
INSTANTIATE_TEST_SUITE_P(Mongo, DurableStoreSuite, kSetups, setup_name);

}  // namespace
}  // namespace millrace::document::suite
