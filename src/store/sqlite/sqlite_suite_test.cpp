// The suite of all stores over an SQLite file, on the calling thread alone and with most reads moved to workers.
#include <gtest/gtest.h>

#include "document/store_suite_changes_test.hpp"
#include "document/store_suite_history_test.hpp"
#include "document/store_suite_ledger_test.hpp"
#include "document/store_suite_test.hpp"
#include "io/worker_pool.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_folder_test.hpp"

namespace millrace::document::suite {
namespace {

class SqliteUnderTest final : public StoreUnderTest {
 public:
  explicit SqliteUnderTest(bool with_workers) : with_workers_(with_workers) {}

  std::unique_ptr<Store> open(const std::vector<FieldPath>& indexes) override {
    store::sqlite::Options options{.file = folder_ / "store.db", .collection = "it's \"events\"", .indexes = indexes};
    if (with_workers_) {
      options.workers = &workers_;
      options.inline_rows_max = 3;
    }
    auto opened = store::sqlite::open_store(std::move(options));
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return opened ? *std::move(opened) : nullptr;
  }

 private:
  store::sqlite::TemporaryFolder folder_;
  io::WorkerPool workers_{{.threads = 2}};
  bool with_workers_;
};

const auto kSetups = testing::Values(StoreSetup{"inline", [] { return std::make_unique<SqliteUnderTest>(false); }},
                                     StoreSetup{"workers", [] { return std::make_unique<SqliteUnderTest>(true); }});

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreSuite, kSetups, setup_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, DurableStoreSuite, kSetups, setup_name);

}  // namespace
}  // namespace millrace::document::suite
