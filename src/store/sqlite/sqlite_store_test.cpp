#include "store/sqlite/sqlite_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>

#include "document/sql_template.hpp"
#include "io/loop.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/table.hpp"
#include "store/sqlite/temporary_folder_test.hpp"

namespace millrace::store::sqlite {
namespace {

using document::Append;
using document::Comparison;
using document::Documents;
using document::FieldPath;
using document::Filter;
using document::Operand;
using document::Operation;
using document::Query;
using document::Receipt;
using document::Store;
using testing::ElementsAre;
using testing::HasSubstr;

Append create(std::string id, std::string payload = "{}") {
  return {.operation = Operation::create, .id = std::move(id), .payload = std::move(payload)};
}

class SqliteStoreTest : public testing::Test {
 protected:
  Options options(std::string collection = "events") {
    return {
        .file = folder_ / "deep/er/store.db", .collection = std::move(collection), .log = [this](std::string_view text) { log_ += text; }};
  }

  std::unique_ptr<Store> open(Options options) {
    auto store = open_store(std::move(options));
    EXPECT_TRUE(store) << (store ? "" : store.error().message);
    return store ? *std::move(store) : nullptr;
  }

  Error refusal(Options options) {
    const auto store = open_store(std::move(options));
    EXPECT_FALSE(store);
    return store ? Error{} : store.error();
  }

  template <class T>
  Result<T> wait(Task<T> task) {
    return loop_.block_on(std::move(task));
  }

  Result<std::vector<Receipt>> append(Store& store, Append append) {
    std::vector<Append> appends;
    appends.push_back(std::move(append));
    return wait(store.append(std::move(appends)));
  }

  std::vector<std::string> find(Store& store, const Filter& filter, std::vector<std::string_view> arguments = {}, Instant at = kNewest) {
    const std::vector<Query> queries = {{.filter = &filter, .arguments = std::move(arguments)}};
    const auto found = wait(store.find(queries, {at}));
    EXPECT_TRUE(found) << (found ? "" : found.error().message);
    std::vector<std::string> ids;
    for (std::size_t i = 0; found && i < found->at(0).size(); ++i) ids.push_back(found->at(0).id(i));
    return ids;
  }

  TemporaryFolder folder_;
  std::string log_;
  io::Loop loop_;
};

Filter equal(std::string_view path, std::string value) {
  return Filter::compare(FieldPath::parse(path), Comparison::equal, Operand::value(std::move(value)));
}

TEST_F(SqliteStoreTest, AFolderThatCannotBeIsNamed) {
  std::ofstream(folder_ / "file") << "x";
  Options in_file = options();
  in_file.file = folder_ / "file/store.db";
  const Error error = refusal(in_file);
  EXPECT_EQ(error.code, "store.open");
  EXPECT_THAT(error.message, HasSubstr((folder_ / "file").string()));
  EXPECT_FALSE(error.hint.empty());
}

TEST_F(SqliteStoreTest, AFileThatIsSomethingElseIsNamed) {
  Options other = options();
  other.file = folder_ / "other.db";
  std::ofstream(other.file) << std::string(5000, 'x');
  const Error error = refusal(other);
  EXPECT_EQ(error.code, "store.corrupt");
  EXPECT_THAT(error.message, HasSubstr("other.db"));
  EXPECT_FALSE(log_.empty());
}

TEST_F(SqliteStoreTest, AFileOfALaterVersionIsLeftAlone) {
  open(options());
  {
    const auto connection = Connection::open({.file = options().file, .mode = Connection::Mode::write});
    ASSERT_TRUE((*connection)->run_script("PRAGMA user_version=99"));
  }
  EXPECT_EQ(refusal(options()).code, "store.open");
}

TEST_F(SqliteStoreTest, ATableOfSomethingElseIsLeftAlone) {
  open(options());
  {
    const auto connection = Connection::open({.file = options().file, .mode = Connection::Mode::write});
    ASSERT_TRUE((*connection)->run_script("CREATE TABLE hens(name TEXT)"));
  }
  const Error error = refusal(options("hens"));
  EXPECT_EQ(error.code, "store.open");
  EXPECT_THAT(error.message, HasSubstr("hens"));
}

TEST_F(SqliteStoreTest, TablesOfEarlierVersionsGetTheirAuthors) {
  open(options("it's \"old\""));
  {
    const auto connection = Connection::open({.file = options().file, .mode = Connection::Mode::write});
    ASSERT_TRUE((*connection)
                    ->run_script(R"(ALTER TABLE "it's ""old""" DROP COLUMN author;)"
                                 R"(INSERT INTO "it's ""old""" VALUES(1, 'a', 1, 7, NULL, 0, '{"n":1}'))"));
  }
  const auto store = open(options("it's \"old\""));
  const auto other = open(options("it's \"old\""));
  ASSERT_TRUE(append(*store, {.operation = Operation::replace, .id = "a", .payload = "{}", .author = R"({"sub":"ada"})"}));
  const auto versions = wait(other->history("a", {}, 0, 10));
  ASSERT_TRUE(versions && versions->size() == 2);
  EXPECT_EQ(versions->author(0), R"({"sub":"ada"})");
  EXPECT_EQ(versions->author(1), "");
  EXPECT_EQ(versions->text(1), R"({"id":"a","n":1})");
}

TEST_F(SqliteStoreTest, NamesThatCannotBeAreRefused) {
  for (const char* name : {"", "a:b", "sqlite_x"}) EXPECT_EQ(refusal(options(name)).code, "store.open") << name;
  open(options("events"));
  EXPECT_THAT(refusal(options("Events")).message, HasSubstr("\"events\""));
}

/// Goes on until a write beside it was refused.
class UntilRefused : public document::AppendSource {
 public:
  Result<std::vector<Append>> next() override {
    std::vector<Append> batch;
    if (!is_refused) batch.push_back(create("long-" + std::to_string(count++)));
    return batch;
  }
  void appended(std::span<const Receipt>) override {}

  std::atomic<bool> is_refused = false;
  std::size_t count = 0;
};

Task<bool> append_long(Store& store, UntilRefused& source) {
  CO_TRY_OK(co_await store.append_all(source));
  co_return true;
}

Task<bool> append_beside(Store& store, UntilRefused& source) {
  std::vector<Append> appends;
  appends.push_back(create("short"));
  auto appended = co_await store.append(std::move(appends));
  source.is_refused = true;
  if (!appended) co_return Failure(appended.error());
  co_return true;
}

TEST_F(SqliteStoreTest, AWriteDoesNotWaitForEverBehindALongOne) {
  Options few = options();
  few.wait_max = std::chrono::milliseconds(1);
  const auto store = open(std::move(few));
  UntilRefused source;
  std::vector<Task<bool>> tasks;
  tasks.push_back(append_long(*store, source));
  tasks.push_back(append_beside(*store, source));
  const auto results = wait(when_all(std::move(tasks)));
  ASSERT_TRUE(results);
  EXPECT_TRUE((*results)[0]);
  ASSERT_FALSE((*results)[1]);
  EXPECT_EQ((*results)[1].error().code, "overloaded.writes");
  const auto changes = wait(store->changes(0, 1'000'000));
  EXPECT_EQ(changes->size(), source.count);  // none of the refused one
}

TEST_F(SqliteStoreTest, TimeGoesOnFromCommitToCommit) {
  std::vector<Instant> times = {{50}, {40}, {40}, {60}};
  std::size_t next = 0;
  Options with_clock = options();
  with_clock.clock = [&] { return times[next++]; };
  const auto store = open(with_clock);
  EXPECT_EQ(append(*store, create("a"))->at(0).recorded_at, Instant{50});
  EXPECT_EQ(append(*store, create("b"))->at(0).recorded_at, Instant{51});
  EXPECT_EQ(append(*store, create("c"))->at(0).recorded_at, Instant{52});
  EXPECT_EQ(append(*store, create("d"))->at(0).recorded_at, Instant{60});
}

TEST_F(SqliteStoreTest, CollectionsOfOneFileKeepApart) {
  const auto events = open(options("events"));
  const auto results = open(options("results"));
  ASSERT_TRUE(append(*events, create("a")));
  ASSERT_TRUE(append(*events, create("b")));
  EXPECT_EQ(append(*results, create("a"))->at(0).position, 1u);
  EXPECT_THAT(find(*results, Filter::everything()), ElementsAre("a"));
  EXPECT_THAT(find(*events, Filter::everything()), ElementsAre("b", "a"));
}

TEST_F(SqliteStoreTest, StoresOfOneCollectionSeeEachOther) {
  const auto first = open(options());
  Options indexed = options();
  indexed.indexes = {FieldPath::parse("n")};
  const auto second = open(indexed);
  ASSERT_TRUE(append(*first, create("a", R"({"n":1})")));
  ASSERT_TRUE(append(*second, create("b", R"({"n":1})")));
  EXPECT_THAT(find(*second, equal("n", "1")), ElementsAre("b", "a"));
  EXPECT_THAT(find(*first, equal("n", "1")), ElementsAre("b", "a"));
}

TEST_F(SqliteStoreTest, AnIndexThatAnotherProcessMakesIsKeptAtOnce) {
  const auto store = open(options());
  ASSERT_TRUE(append(*store, create("a", R"({"n":1})")));
  {
    // Another process would do the same over its own connection.
    const auto connection = Connection::open({.file = options().file, .mode = Connection::Mode::write});
    ASSERT_TRUE(create_table(**connection, Table("events"), {FieldPath::parse("n")}));
  }
  ASSERT_TRUE(append(*store, create("b", R"({"n":1})")));
  EXPECT_THAT(find(*open(options()), equal("n", "1")), ElementsAre("b", "a"));
}

TEST_F(SqliteStoreTest, VersionsOfOneTransactionAreFoundAtTheirTimes) {
  Options indexed = options();
  std::int64_t time = 0;
  indexed.clock = [&time] { return Instant{++time}; };
  indexed.indexes = {FieldPath::parse("n")};
  const auto store = open(indexed);
  ASSERT_TRUE(append(*store, create("a", R"({"n":1})")));
  std::vector<Task<std::vector<Receipt>>> tasks;
  for (int n = 2; n <= 8; ++n) {
    std::vector<Append> appends;
    appends.push_back({.operation = Operation::replace, .id = "a", .payload = R"({"n":)" + std::to_string(n) + "}"});
    tasks.push_back(store->append(std::move(appends)));
  }
  // The first may be committed alone; those behind it wait together.
  const auto results = wait(when_all(std::move(tasks)));
  for (const auto& result : *results) ASSERT_TRUE(result);
  for (int n = 1; n <= 8; ++n) {
    for (int at = 1; at <= 8; ++at) {
      EXPECT_EQ(find(*store, equal("n", std::to_string(n)), {}, Instant{at}).size(), n == at ? 1u : 0u) << n << " at " << at;
    }
  }
}

TEST_F(SqliteStoreTest, AFullFileRefusesAndServesWhatItHas) {
  Options small = options();
  small.file_bytes_max = 40 * 4096;
  const auto store = open(small);
  ASSERT_TRUE(append(*store, create("a", R"({"n":1})")));
  const std::string large = R"({"text":")" + std::string(300'000, 'x') + R"("})";
  const auto refused = append(*store, create("b", large));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(refused.error().code, "store.full");
  EXPECT_THAT(log_, HasSubstr("full"));
  EXPECT_TRUE(append(*store, create("c")));
  EXPECT_THAT(find(*store, Filter::everything()), ElementsAre("c", "a"));
}

TEST_F(SqliteStoreTest, OneWriteTooManyDoesNotFailItsNeighbours) {
  Options small = options();
  small.file_bytes_max = 40 * 4096;
  const auto store = open(small);
  std::vector<Task<std::vector<Receipt>>> tasks;
  for (const std::size_t size : {10, 300'000, 10}) {
    std::vector<Append> appends;
    appends.push_back(create(std::to_string(tasks.size()), R"({"text":")" + std::string(size, 'x') + R"("})"));
    tasks.push_back(store->append(std::move(appends)));
  }
  const auto results = wait(when_all(std::move(tasks)));
  EXPECT_TRUE(results->at(0));
  EXPECT_FALSE(results->at(1));
  EXPECT_TRUE(results->at(2));
  EXPECT_EQ(results->at(0)->at(0).position + results->at(2)->at(0).position, 3u);
}

TEST_F(SqliteStoreTest, AFullQueueRefusesAndLosesNothing) {
  Options small = options();
  small.queue_max = 2;
  const auto store = open(small);
  const auto blocker = Connection::open({.file = options().file, .mode = Connection::Mode::write});
  ASSERT_TRUE((*blocker)->run("BEGIN IMMEDIATE"));
  std::vector<Task<std::vector<Receipt>>> tasks;
  for (int i = 0; i < 6; ++i) {
    std::vector<Append> appends;
    appends.push_back(create(std::to_string(i)));
    tasks.push_back(store->append(std::move(appends)));
  }
  auto all = when_all(std::move(tasks));
  loop_.post([this, &blocker] { loop_.post([&blocker] { EXPECT_TRUE((*blocker)->run("COMMIT")); }); });
  const auto results = wait(std::move(all));
  std::size_t accepted = 0;
  for (const auto& result : *results) {
    accepted += result.has_value();
    if (!result) EXPECT_EQ(result.error().code, "overloaded.writes");
  }
  // Two fit into the queue, and as many again as the writer had taken when it met the lock.
  EXPECT_GE(accepted, 2u);
  EXPECT_LE(accepted, 4u);
  EXPECT_EQ(find(*store, Filter::everything()).size(), accepted);
  for (int i = 10; i < 15; ++i) EXPECT_TRUE(append(*store, create(std::to_string(i)))) << "what was taken must leave the count";
}

TEST_F(SqliteStoreTest, ADamagedFileIsAnErrorAndNoEnd) {
  {
    const auto store = open(options());
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(append(*store, create(std::to_string(i), R"({"text":")" + std::string(3000, 'x') + R"("})")));
  }
  {
    std::fstream file(options().file, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20 * 4096);
    file << std::string(20 * 4096, '\xab');
  }
  const auto store = open(options());
  const auto changes = wait(store->changes(0, 1000));
  ASSERT_FALSE(changes);
  EXPECT_EQ(changes.error().kind, ErrorKind::internal);
  EXPECT_EQ(changes.error().code, "store.corrupt");
  EXPECT_FALSE(log_.empty());
}

class SqlTest : public SqliteStoreTest {
 protected:
  SqlTest() : store_(open(options())) {
    for (int i = 1; i <= 4; ++i) {
      const std::string id = std::to_string(i);
      EXPECT_TRUE(append(*store_, create(id, R"({"n":)" + id + R"(,"name":"it's )" + id + R"("})")));
    }
  }

  Filter sql(std::string_view text) {
    std::vector<std::string> names;
    auto filter = document::parse_sql_template(text, names, {});
    EXPECT_TRUE(filter);
    EXPECT_TRUE(has_sql(*filter));
    return *std::move(filter);
  }

  std::unique_ptr<Store> store_;
};

TEST_F(SqlTest, ValuesAreBound) {
  const Filter filter = sql("payload->>'n' > {{n}} OR payload->>'name' = '{{name}}'");
  EXPECT_THAT(find(*store_, filter, {"2", R"("it's 1")"}), ElementsAre("4", "3", "1"));
  EXPECT_THAT(find(*store_, filter, {"2.5", R"("' OR 1=1 --")"}), ElementsAre("4", "3"));
  EXPECT_THAT(find(*store_, filter, {"", R"("it's 2")"}), ElementsAre("2"));
}

TEST_F(SqlTest, ATextDoesNotEndAtNul) {
  const Filter filter = sql("payload->>'name' LIKE {{name}} OR payload->>'other' = '5'");
  for (const char* name : {"a", R"(a\u0000)", R"(a\\u0000)", R"(a\\\u0000)"})
    ASSERT_TRUE(append(*store_, create(name, fmt::format(R"({{"name":"{}"}})", name))));
  EXPECT_THAT(find(*store_, filter, {R"("a%")"}), ElementsAre(R"(a\\u0000)", "a"));
  EXPECT_THAT(find(*store_, filter, {R"("a")"}), ElementsAre("a"));
  const std::vector<std::string_view> arguments = {R"("a\u0000")"};
  const Query query{.filter = &filter, .arguments = arguments};
  EXPECT_EQ(loop_.block_on(store_->find({&query, 1}, {})).error().code, "store.sql");
}

TEST_F(SqlTest, ItMeetsTheVersionThatIsShown) {
  const Filter filter = sql("payload->>'n' >= {{n}}");
  const auto before = append(*store_, create("5", R"({"n":5})"))->at(0).recorded_at;
  ASSERT_TRUE(append(*store_, {.operation = Operation::replace, .id = "5", .payload = R"({"n":0})"}));
  ASSERT_TRUE(append(*store_, {.operation = Operation::remove, .id = "4", .payload = {}}));
  EXPECT_THAT(find(*store_, filter, {"3"}), ElementsAre("3"));
  EXPECT_THAT(find(*store_, filter, {"3"}, before), ElementsAre("5", "4", "3"));
}

TEST_F(SqlTest, ItCombinesWithOtherConditionsAndPages) {
  Filter filter;
  filter.children.push_back(sql("payload->>'n' > {{n}}"));
  filter.children.push_back(Filter::compare(FieldPath::parse("name"), Comparison::not_equal, Operand::value(R"("it's 3")")));
  EXPECT_THAT(find(*store_, filter, {"1"}), ElementsAre("4", "2"));
  const std::vector<Query> queries = {{.filter = &filter, .arguments = {"1"}, .page = {.limit = 1, .offset = 1}},
                                      {.filter = &filter, .arguments = {"1"}, .page = {.limit = 5, .offset = 0, .after = 4}}};
  const auto found = wait(store_->find(queries, {}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->at(0).id(0), "2");
  EXPECT_EQ(found->at(1).id(0), "2");
}

TEST_F(SqlTest, WhatCannotRunIsRefusedAtOpen) {
  const Filter wrong = sql("nowhere LIKE 'x'");
  const Filter own = sql("payload LIKE ?");
  Filter any{.kind = Filter::Kind::any};
  any.children.push_back(sql("1 = 1"));
  for (const auto& [filter, message] : {std::pair(&wrong, "no such column: nowhere"), {&own, "parameters of its own"}, {&any, "$or"}}) {
    Options with_filter = options();
    with_filter.sql_filters = {filter};
    const Error error = refusal(with_filter);
    EXPECT_EQ(error.code, "store.sql");
    EXPECT_THAT(error.message, HasSubstr(message));
  }
}

}  // namespace
}  // namespace millrace::store::sqlite
