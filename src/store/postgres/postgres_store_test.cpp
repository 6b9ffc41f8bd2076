// What PostgreSQL alone has: long lists by cursors, SQL templates, indexes that are filled while others write, replicas, PgBouncer.
#include "store/postgres/postgres_store.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <latch>
#include <random>
#include <thread>

#include "document/filter_parser.hpp"
#include "document/sql_template.hpp"
#include "io/loop.hpp"
#include "store/postgres/pgbouncer_test.hpp"
#include "store/postgres/server_test.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/table.hpp"

namespace millrace::store::postgres {
namespace {

using document::Append;
using document::FieldPath;
using document::Filter;
using document::Page;
using document::Query;
using document::Store;

constexpr int kMany = 1700;  // more than are asked for at a time

class PostgresStoreTest : public testing::Test {
 protected:
  // The server ends with the thread that starts it.
  PostgresStoreTest() { TestServer::shared(); }

  std::unique_ptr<Store> open(Options options) {
    if (options.uri.empty()) options.uri = TestServer::shared().uri();
    options.collection = collection_;
    options.open_max = std::chrono::seconds(10);
    auto store = open_store(std::move(options));
    EXPECT_TRUE(store) << (store ? "" : store.error().message);
    return store ? *std::move(store) : nullptr;
  }

  template <class T>
  T value(Task<T> task) {
    Result<T> result = loop_.block_on(std::move(task));
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? *std::move(result) : T{};
  }

  /// On a connection of its own.
  static void run(std::string sql) {
    const Log log = {};
    const auto session = Session::open({TestServer::shared().uri()}, &log, std::chrono::seconds(5));
    ASSERT_TRUE(session);
    Exchange exchange;
    exchange.add(std::move(sql));
    ASSERT_TRUE((*session)->run(exchange, std::chrono::seconds(5)));
  }

  void fill(Store& store, int count = kMany) {
    std::vector<Append> appends;
    for (int i = 0; i < count; ++i)
      appends.push_back({.id = std::to_string(i), .payload = fmt::format(R"({{"n":{},"even":{}}})", i, i % 2)});
    EXPECT_EQ(value(store.append(std::move(appends))).size(), static_cast<std::size_t>(count));
  }

  static Filter filter(std::string_view json) {
    std::vector<std::string> names;
    return *document::parse_filter_template(json, names, {});
  }

  std::vector<std::string> ids(Store& store, const Filter& filter, Page page = {}, document::View view = {},
                               std::vector<std::string_view> arguments = {}) {
    const std::vector<Query> queries = {{.filter = &filter, .arguments = std::move(arguments), .page = page}};
    const auto found = value(store.find(queries, view));
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < found.at(0).size(); ++i) ids.push_back(found[0].id(i));
    return ids;
  }

  std::uint64_t count(Store& store, const Filter& filter, document::View view = {}) {
    const std::vector<Query> queries = {{.filter = &filter}};
    return value(store.count(queries, view)).at(0);
  }

  /// Until both indexes are said to be whole; then their entries are those of the newest versions that are there.
  void wait_until_filled() {
    const Log log = {};
    const Table table(collection_);
    const auto session = Session::open({TestServer::shared().uri()}, &log, std::chrono::seconds(5));
    ASSERT_TRUE(session);
    for (bool is_ready = false; !is_ready;) {
      Exchange question;
      question.add("SELECT bool_and(ready) FROM " + table.paths);
      ASSERT_TRUE((*session)->run(question, std::chrono::seconds(5)));
      is_ready = question.rows[0].boolean(0, 0);
    }
    Exchange question;
    question.add(fmt::format("SELECT count(*) FROM {} GROUP BY path", table.entries));
    ASSERT_TRUE((*session)->run(question, std::chrono::seconds(5)));
    ASSERT_EQ(question.rows[0].size(), 2);
    for (int row = 0; row < 2; ++row) EXPECT_EQ(question.rows[0].integer(row, 0), 2700);
  }

  static std::vector<Append> new_document(std::string id, std::string payload) {
    std::vector<Append> appends;
    appends.push_back({.id = std::move(id), .payload = std::move(payload), .has_new_id = true});
    return appends;
  }

  /// How many entries the newest versions have.
  std::int64_t entries() {
    const Log log = {};
    const auto session = Session::open({TestServer::shared().uri()}, &log, std::chrono::seconds(5));
    Exchange question;
    question.add("SELECT count(*) FROM " + Table(collection_).entries);
    EXPECT_TRUE(session && (*session)->run(question, std::chrono::seconds(5)));
    return question.rows.empty() ? -1 : question.rows[0].integer(0, 0);
  }

  static std::string next_collection() {
    static int count = 0;
    return fmt::format("store {} {}", ::getpid(), ++count);
  }
  const std::string collection_ = next_collection();
  io::Loop loop_;
};

TEST_F(PostgresStoreTest, ListsOfManyRowsAreWhole) {
  const auto store = open({.indexes = {FieldPath::parse("even")}});
  fill(*store);
  for (const char* text : {R"({"n": {"$gte": 0}})", R"({"even": {"$in": [0, 1]}})", "{}"}) {
    const Filter all = filter(text);
    const std::vector<std::string> found = ids(*store, all);
    ASSERT_EQ(found.size(), static_cast<std::size_t>(kMany)) << text;
    EXPECT_EQ(found.front(), std::to_string(kMany - 1));
    EXPECT_EQ(found.back(), "0");
    EXPECT_EQ(count(*store, all), static_cast<std::uint64_t>(kMany));
    EXPECT_EQ(ids(*store, all, {.limit = 3, .from_end = true}), (std::vector<std::string>{"2", "1", "0"}));
    EXPECT_EQ(ids(*store, all, {.limit = 2, .offset = 1200}).front(), std::to_string(kMany - 1201));
  }
  EXPECT_EQ(ids(*store, filter(R"({"n": 7})")), std::vector<std::string>{"7"});
  EXPECT_EQ(ids(*store, filter(R"({"even": 1})"), {.limit = 1}), std::vector<std::string>{std::to_string(kMany - 1)});
}

TEST_F(PostgresStoreTest, ManyLongReadsShareFewConnections) {
  const auto store = open({});
  fill(*store);
  const Filter all = filter(R"({"n": {"$gte": 0}})");
  const std::vector<Query> queries = {{.filter = &all}};
  std::vector<Task<std::vector<std::uint64_t>>> tasks;
  for (int i = 0; i < 12; ++i) tasks.push_back(store->count(queries, {}));
  for (const auto& counted : value(when_all(std::move(tasks)))) EXPECT_EQ(counted->at(0), static_cast<std::uint64_t>(kMany));
}

TEST_F(PostgresStoreTest, SqlTemplatesRunWithBoundValues) {
  std::vector<std::string> names;
  const auto sql = document::parse_sql_template("lower(payload->>'name') LIKE '{{name}}' OR version > {{v}}", names, {});
  ASSERT_TRUE(sql);
  const auto store = open({.sql_filters = {&*sql}});
  std::vector<Append> appends;
  for (const char* name : {"Anna", "Bob", "x'y"}) appends.push_back({.id = name, .payload = fmt::format(R"({{"name":"{}"}})", name)});
  value(store->append(std::move(appends)));
  EXPECT_EQ(ids(*store, *sql, {}, {}, {R"("an%")", "5"}), std::vector<std::string>{"Anna"});
  EXPECT_EQ(ids(*store, *sql, {}, {}, {R"("x'y")", "null"}), std::vector<std::string>{"x'y"});
  EXPECT_EQ(ids(*store, *sql, {}, {}, {R"("' OR true --")", "5"}), std::vector<std::string>{});
  EXPECT_EQ(ids(*store, *sql, {}, {}, {"", "0"}).size(), 3u);
  const std::vector<std::string_view> arguments = {R"("a\u0000b")", "0"};
  const std::vector<Query> queries = {{.filter = &*sql, .arguments = arguments}};
  const auto refused = loop_.block_on(store->find(queries, {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "store.sql");
}

TEST_F(PostgresStoreTest, ADocumentThatSqlCannotReadHidesNoOther) {
  std::vector<std::string> names;
  const auto sql = document::parse_sql_template("payload->>'name' LIKE {{name}} OR payload->>'other' = '5'", names, {});
  ASSERT_TRUE(sql);
  const auto store = open({.sql_filters = {&*sql}});
  std::vector<Append> appends;
  for (const char* name : {"a", R"(a\u0000)", R"(a\\u0000)", R"(a\\\u0000)"})
    appends.push_back({.id = name, .payload = fmt::format(R"({{"name":"{}"}})", name)});
  value(store->append(std::move(appends)));
  EXPECT_EQ(ids(*store, *sql, {}, {}, {R"("a%")"}), (std::vector<std::string>{R"(a\\u0000)", "a"}));
  const std::vector<std::string_view> arguments = {R"("a%")"};
  const Query query{.filter = &*sql, .arguments = arguments};
  EXPECT_EQ(value(store->count({&query, 1}, {})), std::vector<std::uint64_t>{2});
}

TEST_F(PostgresStoreTest, ASqlTemplateThatDoesNotFitIsRefusedAtOpen) {
  std::vector<std::string> names;
  const auto sql = document::parse_sql_template("nonsense(payload) = '{{name}}'", names, {});
  const auto refused = open_store({.uri = TestServer::shared().uri(), .collection = collection_, .sql_filters = {&*sql}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "store.sql");
  EXPECT_NE(refused.error().message.find("nonsense"), std::string::npos) << refused.error().message;
}

TEST_F(PostgresStoreTest, AnIndexIsFilledWhileOthersWrite) {
  const auto before = open({});
  fill(*before, 3000);
  const auto store = open({.indexes = {FieldPath::parse("n"), FieldPath::parse("even")}});
  // Every document changes while the filling goes on, or is removed.
  for (int i = 0; i < 3000; i += 100) {
    std::vector<Append> appends;
    for (int j = i; j < i + 100; ++j) {
      appends.push_back(
          {.operation = document::Operation::replace, .id = std::to_string(j), .payload = fmt::format(R"({{"n":{},"even":2}})", j)});
      if (j % 10 == 0) appends.back() = {.operation = document::Operation::remove, .id = std::to_string(j), .payload = {}};
    }
    value(before->append(std::move(appends)));
  }
  wait_until_filled();
  const auto later = open({.indexes = {FieldPath::parse("even")}});
  for (Store* each : {store.get(), later.get()}) {
    EXPECT_EQ(count(*each, filter(R"({"even": 2})")), 2700u);
    EXPECT_EQ(count(*each, filter(R"({"even": 1})")), 0u);
    EXPECT_EQ(ids(*each, filter(R"({"n": {"$gte": 11, "$lt": 21}})")).size(), 9u);
    const Instant first = value(each->changes(2999, 1)).envelope(0).recorded_at;
    EXPECT_EQ(count(*each, filter(R"({"even": 1})"), {first}), 1500u);
  }
}

TEST_F(PostgresStoreTest, NewDocumentsHaveTheEntriesOfPathsThatOthersAddedMeanwhile) {
  const auto before = open({});
  fill(*before, 1);
  value(before->append(new_document("a", R"({"n":7})")));
  const auto store = open({.indexes = {FieldPath::parse("n"), FieldPath::parse("many")}});
  for (const char* id : {"b", "c"}) value(before->append(new_document(id, R"({"n":7,"many":[1,2,1]})")));
  while (entries() < 8) Session::pause(std::chrono::milliseconds(10));  // of the path that is being filled
  EXPECT_EQ(entries(), 8);
  const auto later = open({});
  EXPECT_EQ(ids(*later, filter(R"({"n": 7})")), (std::vector<std::string>{"c", "b", "a"}));
  EXPECT_EQ(ids(*later, filter(R"({"many": 2})")), (std::vector<std::string>{"c", "b"}));
  EXPECT_EQ(count(*later, filter(R"({"many": {"$in": [1, 2]}})")), 2u);
}

// Documents whose ids are new are written by one statement each; whatever comes between, positions have no gaps and times only grow.
TEST_F(PostgresStoreTest, StoresThatWriteAtOnceTakePositionsInTurn) {
  constexpr int kStores = 4, kEach = 100;
  open({}).reset();
  std::vector<std::jthread> threads;
  std::vector<std::vector<document::Receipt>> receipts(kStores);
  for (int i = 0; i < kStores; ++i) {
    threads.emplace_back([&, i] {
      const auto store = open({});
      io::Loop loop;
      for (int j = 0; j < kEach; ++j) {
        std::vector<Append> appends = new_document(fmt::format("{} {}", i, j), "{}");
        appends.front().has_new_id = j % 10 != 0;
        const auto appended = loop.block_on(store->append(std::move(appends)));
        EXPECT_TRUE(appended);
        if (appended) receipts[static_cast<std::size_t>(i)].push_back(appended->front());
      }
    });
  }
  threads.clear();
  const auto changes = value(open({})->changes(0, 1'000));
  ASSERT_EQ(changes.size(), static_cast<std::size_t>(kStores * kEach));
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_EQ(changes.envelope(i).position, i + 1);
    if (i > 0) EXPECT_GT(changes.envelope(i).recorded_at, changes.envelope(i - 1).recorded_at);
  }
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    for (std::size_t j = 0; j < receipts[i].size(); ++j) {
      const std::size_t at = receipts[i][j].position - 1;
      EXPECT_EQ(changes.id(at), fmt::format("{} {}", i, j));
      EXPECT_EQ(changes.envelope(at).recorded_at, receipts[i][j].recorded_at);
    }
  }
}

TEST_F(PostgresStoreTest, ReplicasAnswerForInstantsThatTheyHavePassed) {
  const auto store = open({.replicas = {TestServer::shared().uri()}});
  const auto behind = open({.replicas = {"postgresql://127.0.0.1:1/nowhere"}});
  fill(*store, 10);
  const Instant at = value(store->changes(0, 1)).envelope(0).recorded_at;
  std::vector<Append> later;
  later.push_back({.id = "later", .payload = "{}"});
  value(store->append(std::move(later)));
  for (Store* each : {store.get(), behind.get()}) {
    const std::vector<std::string_view> wanted = {"3", "nobody"};
    const auto documents = value(each->read(wanted, {at}));
    EXPECT_TRUE(documents.found(0) && !documents.found(1));
    EXPECT_EQ(ids(*each, filter("{}"), {}, {at}).size(), 10u);
    EXPECT_EQ(value(each->history("3", {at}, 0, 10)).size(), 1u);
  }
}

/// The newest are asked for as long as the table is quiet, and that it is not is found out with them.
TEST_F(PostgresStoreTest, AnInstantSeesWhatWasChangedAfterIt) {
  const auto store = open({.indexes = {FieldPath::parse("even")}});
  fill(*store, 4);
  const Instant at = value(store->latest());
  const Filter even = filter(R"({"even": 0})");
  EXPECT_THAT(ids(*store, even, {}, {.at = at}), testing::ElementsAre("2", "0"));
  std::vector<Append> appends;
  appends.push_back({.operation = document::Operation::replace, .id = "0", .payload = R"({"n":0,"even":1})"});
  appends.push_back({.id = "4", .payload = R"({"n":4,"even":0})"});
  value(store->append(std::move(appends)));
  for (int i = 0; i < 2; ++i) EXPECT_THAT(ids(*store, even, {}, {.at = at}), testing::ElementsAre("2", "0"));
  EXPECT_THAT(ids(*store, even), testing::ElementsAre("4", "2"));
  const std::vector<std::string_view> wanted = {"0", "4", "1"};
  const auto then = value(store->read(wanted, {.at = at}));
  EXPECT_EQ(then.text(0), R"({"id":"0","n":0,"even":0})");
  EXPECT_FALSE(then.found(1));
  EXPECT_TRUE(then.found(2));
}

TEST_F(PostgresStoreTest, StoresThatOpenAtOnceMakeOneTable) {
  constexpr int kStores = 6;
  std::latch begin(kStores);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kStores; ++i) {
    threads.emplace_back([&, i] {
      begin.arrive_and_wait();
      const auto store = open({.indexes = {FieldPath::parse("n"), FieldPath::parse(std::to_string(i))}});
      io::Loop loop;
      std::vector<Append> appends;
      appends.push_back({.id = std::to_string(i), .payload = R"({"n":1})"});
      const auto appended = loop.block_on(store->append(std::move(appends)));
      EXPECT_TRUE(appended) << (appended ? "" : appended.error().message);
    });
  }
  threads.clear();
  const auto store = open({});
  EXPECT_EQ(count(*store, filter(R"({"n": 1})")), static_cast<std::uint64_t>(kStores));
  EXPECT_EQ(value(store->changes(0, 100)).size(), static_cast<std::size_t>(kStores));
}

TEST_F(PostgresStoreTest, TablesOfEarlierVersionsGetTheirLedger) {
  open({}).reset();
  run(fmt::format("DROP TABLE {}", quoted_name(collection_ + ":ledger")));
  EXPECT_EQ(value(open({})->ledger().put("a", "x", 0)), 1u);
}

TEST_F(PostgresStoreTest, TablesOfEarlierVersionsGetTheirAuthors) {
  const auto earlier = open({});
  value(earlier->append(new_document("a", R"({"n":1})")));
  run(fmt::format("ALTER TABLE {} DROP COLUMN author", quoted_name(collection_)));
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      const auto store = open({});
      io::Loop loop;
      EXPECT_EQ(loop.block_on(store->last_position()).value_or(0), 1u);
    });
  }
  threads.clear();
  auto append = new_document("b", "{}");
  append.front().author = R"({"sub":"ada"})";
  value(open({})->append(std::move(append)));
  const document::Documents versions = value(earlier->changes(0, 10));
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(versions.author(0), "");
  EXPECT_EQ(versions.author(1), R"({"sub":"ada"})");
}

/// Somebody who holds the table for long keeps an instance from starting, not the others from working.
TEST_F(PostgresStoreTest, WhoReadsForLongIsNotBlockedByANewColumn) {
  const auto earlier = open({});
  value(earlier->append(new_document("a", R"({"n":1})")));
  run(fmt::format("ALTER TABLE {} DROP COLUMN author", quoted_name(collection_)));
  const Log log = {};
  const auto session = Session::open({TestServer::shared().uri()}, &log, std::chrono::seconds(5));
  ASSERT_TRUE(session);
  Exchange reading;
  reading.add("BEGIN").add(fmt::format("SELECT count(*) FROM {}", quoted_name(collection_)));
  ASSERT_TRUE((*session)->run(reading, std::chrono::seconds(5)));
  const auto late = open({});
  EXPECT_EQ(count(*earlier, filter("{}")), 1u);
  Exchange end;
  end.add("COMMIT");
  ASSERT_TRUE((*session)->run(end, std::chrono::seconds(5)));
  auto last = loop_.block_on(late->last_position());
  for (int attempt = 0; attempt < 50 && !last; ++attempt) {
    EXPECT_TRUE(loop_.block_on(io::pause(std::chrono::milliseconds(100))));
    last = loop_.block_on(late->last_position());
  }
  EXPECT_EQ(last.value_or(0), 1u);
}

TEST_F(PostgresStoreTest, WhatCannotBeStoredFailsAlone) {
  const auto store = open({});
  std::string long_id;  // longer than a row of an index may be, and random, since the server compresses
  for (std::minstd_rand random(1); long_id.size() < 9000;) long_id += static_cast<char>('0' + random() % 75);
  std::vector<Task<std::vector<document::Receipt>>> tasks;
  for (const std::string& id : {std::string("a"), long_id, std::string("b")}) tasks.push_back(store->append(new_document(id, "{}")));
  const auto results = value(when_all(std::move(tasks)));
  EXPECT_TRUE(results[0] && results[2]);
  ASSERT_FALSE(results[1]);
  EXPECT_EQ(results[1].error().code, "store.too_large");
  EXPECT_EQ(count(*store, filter("{}")), 2u);
}

TEST_F(PostgresStoreTest, AServerThatHangsIsATimeoutAndWritesNothing) {
  const auto store = open({.timeout = std::chrono::seconds(3)});
  fill(*store, 1);
  const Log log = {};
  const auto other = Session::open({TestServer::shared().uri()}, &log, std::chrono::seconds(5));
  ASSERT_TRUE(other);
  Exchange lock;
  lock.add("BEGIN").add(Table(collection_).lock_head);
  ASSERT_TRUE((*other)->run(lock, std::chrono::seconds(5)));
  for (const bool is_new : {true, false}) {
    std::vector<Append> appends = new_document("late", "{}");
    appends.front().has_new_id = is_new;
    const auto late = loop_.block_on(store->append(std::move(appends)));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, "store.timeout");
  }
  // Reads go on meanwhile.
  EXPECT_EQ(count(*store, filter("{}")), 1u);
  Exchange end;
  end.add("COMMIT");
  ASSERT_TRUE((*other)->run(end, std::chrono::seconds(5)));
  std::vector<Append> next;
  next.push_back({.id = "next", .payload = "{}"});
  EXPECT_EQ(value(store->append(std::move(next))).at(0).position, 2u);
}

Task<bool> finds_both(Store& store, std::span<const std::string_view> ids) {
  CO_TRY(const document::Documents documents, co_await store.read(ids, {}));
  co_return documents.found(0) && documents.found(1);
}

TEST_F(PostgresStoreTest, WorksThroughPgBouncerInTransactionMode) {
  const PgBouncer bouncer(TestServer::own().port());
  const auto store = open({.uri = bouncer.uri(), .indexes = {FieldPath::parse("even")}, .connections = 3});
  fill(*store);
  EXPECT_EQ(count(*store, filter(R"({"even": 1})")), static_cast<std::uint64_t>(kMany / 2));
  EXPECT_EQ(ids(*store, filter(R"({"n": {"$gte": 0}})")).size(), static_cast<std::size_t>(kMany));
  // Readers and writers at once over fewer connections of the server than there are of ours.
  std::vector<Task<bool>> reads;
  std::vector<Task<std::vector<document::Receipt>>> writes;
  const std::vector<std::string_view> wanted = {"1", "2"};
  for (int i = 0; i < 50; ++i) {
    reads.push_back(finds_both(*store, wanted));
    writes.push_back(store->append(new_document(fmt::format("more {}", i), "{}")));
  }
  for (const auto& written : value(when_all(std::move(writes)))) EXPECT_TRUE(written);
  for (const auto& read : value(when_all(std::move(reads)))) EXPECT_TRUE(read && *read);
}

}  // namespace
}  // namespace millrace::store::postgres
