// That finds use the index they should: how much they look at, and how SQLite plans the statements.
#include "store/sqlite/finder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "document/filter_parser.hpp"
#include "store/sqlite/entries.hpp"
#include "store/sqlite/temporary_folder_test.hpp"

namespace millrace::store::sqlite {
namespace {

using document::FieldPath;
using document::Filter;

constexpr int kVersions = 2000;

class FinderTest : public testing::Test {
 protected:
  FinderTest() {
    auto opened = Connection::open({.file = folder_ / "store.db", .mode = Connection::Mode::write});
    connection_ = *std::move(opened);
    EXPECT_TRUE(create_table(*connection_, table_, {}));
    fill();
    EXPECT_TRUE(create_table(*connection_, table_,
                             {FieldPath::parse("n"), FieldPath::parse("group"), FieldPath::parse("tags"), FieldPath::parse("kind")}));
    paths_ = *read_paths(*connection_, table_);
  }

  /// Version p has the id "p", n = p, one of 100 groups, and two tags.
  void fill() {
    EXPECT_TRUE(connection_->run("BEGIN"));
    for (int i = 1; i <= kVersions; ++i) {
      const std::string id = std::to_string(i);
      const std::string payload = fmt::format(R"({{"n":{},"group":"g{}","tags":[{},{}],"kind":"x"}})", i, i % 100, i, i + 10000);
      Cursor insert = connection_->use(table_.insert_version);
      insert.integer(1, i).text(2, id).integer(3, 1).integer(4, i).integer(5, 0).text(6, payload).next();
      EXPECT_FALSE(insert.failed());
    }
    EXPECT_TRUE(connection_->run("COMMIT"));
  }

  struct Found {
    std::size_t documents;
    std::size_t effort;
  };
  Found find(std::string_view json, document::Page page = {}, Instant at = kNewest) {
    std::vector<std::string> names;
    const auto filter = document::parse_filter_template(json, names, {});
    EXPECT_TRUE(filter) << json;
    Effort effort{.left = 100'000};
    Finder finder({.connection = *connection_, .table = table_, .paths = paths_, .view = {at}}, effort);
    const auto documents = finder.find({.filter = &*filter, .arguments = {}, .page = page});
    EXPECT_TRUE(documents);
    return {documents->size(), 100'000 - effort.left};
  }

  std::string query_plan(const std::string& sql) {
    std::string plan;
    const std::string explain = "EXPLAIN QUERY PLAN " + sql;
    Cursor rows = connection_->use(explain);
    while (rows.next()) plan += std::string(rows.text(3)) + '\n';
    EXPECT_FALSE(rows.failed()) << connection_->message();
    return plan;
  }

  TemporaryFolder folder_;
  const Table table_{"events"};
  std::unique_ptr<Connection> connection_;
  std::vector<document::IndexedPath> paths_;
};

struct Row {
  std::string_view filter;
  std::size_t documents;
  std::size_t effort_max;
};

TEST_F(FinderTest, LooksAtLittleMoreThanItFinds) {
  const std::vector<Row> rows = {
      {R"({"id": "7"})", 1, 3},
      {R"({"id": {"$in": ["7", "8", "nobody", "7"]}})", 2, 6},
      {R"({"group": "g7"})", 20, 22},
      {R"({"group": "g7", "n": {"$gt": 1000}})", 10, 22},
      {R"({"group": {"$in": ["g7", "g8"]}})", 40, 90},
      {R"({"n": {"$gte": 100, "$lt": 110}})", 10, 25},
      {R"({"n": {"$gt": 1990}})", 10, 25},
      {R"({"group": {"$prefix": "g7"}})", 220, 450},
      {R"({"tags": 10007})", 1, 3},
      {R"({"n": {"$in": []}})", 0, 1},
      {R"({"kind": "x", "group": "g7"})", 20, 22},
      {R"({"group": "g7", "kind": "x"})", 20, 22},
      {R"({"kind": "x", "group": {"$in": ["g7", "g8"]}})", 40, 90},
      {R"({"group": null})", 0, kVersions + 1},
  };
  for (const Row& row : rows) {
    for (const Instant at : {kNewest, Instant{kVersions}}) {
      const Found found = find(row.filter, {}, at);
      EXPECT_EQ(found.documents, row.documents) << row.filter;
      EXPECT_LE(found.effort, row.effort_max) << row.filter;
    }
  }
}

TEST_F(FinderTest, APageStopsWhenItIsFull) {
  EXPECT_LE(find("{}", {.limit = 10}).effort, 11u);
  EXPECT_LE(find(R"({"group": "g7"})", {.limit = 3, .offset = 2}).effort, 6u);
  EXPECT_LE(find(R"({"group": "g7"})", {.limit = 100, .after = 300}).effort, 5u);
  EXPECT_LE(find(R"({"group": {"$in": ["g7", "g8"]}})", {.limit = 3}).effort, 12u);
}

TEST_F(FinderTest, TwoBoundsAreOneRangeOnlyWithoutArrays) {
  // Every version meets both bounds with one of its tags each, so no narrow range would find them.
  const Found found = find(R"({"tags": {"$gt": 10000, "$lt": 2001}})");
  EXPECT_EQ(found.documents, static_cast<std::size_t>(kVersions));
}

TEST_F(FinderTest, AnIndexMadeLaterTellsNewestFromSuperseded) {
  ASSERT_TRUE(connection_->run_script("UPDATE events SET superseded_at = position WHERE position % 4 = 0"));
  ASSERT_TRUE(create_table(*connection_, table_, {FieldPath::parse("nowhere"), FieldPath::parse("kind.none"), FieldPath::parse("tags.1")}));
  const std::int64_t path = read_paths(*connection_, table_)->back().number;
  for (const auto& [entries, expected] : {std::pair("events:entries", kVersions * 3 / 4), {"events:entries_past", kVersions / 4}}) {
    const std::string sql = fmt::format("SELECT count(*) FROM \"{}\" WHERE path = {}", entries, path);
    Cursor count = connection_->use(sql);
    ASSERT_TRUE(count.next());
    EXPECT_EQ(count.integer(0), expected) << entries;
  }
}

TEST_F(FinderTest, SpentEffortStopsIt) {
  std::vector<std::string> names;
  const auto filter = document::parse_filter_template(R"({"nowhere": 1})", names, {});
  Effort effort{.left = 100};
  Finder finder({.connection = *connection_, .table = table_, .paths = paths_, .view = {}}, effort);
  EXPECT_TRUE(finder.find({.filter = &*filter}));
  EXPECT_TRUE(effort.spent);
}

TEST_F(FinderTest, StatementsNeitherScanNorSort) {
  for (const std::string& sql :
       {table_.read_newest, table_.read_at, table_.history, table_.changes, table_.version_at_position, table_.last, table_.equal_newest,
        table_.equal_at, table_.range_newest, table_.range_at, table_.supersede, table_.delete_entry}) {
    const std::string plan = query_plan(sql);
    EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << sql << '\n' << plan;
    if (sql != table_.last) EXPECT_EQ(plan.find("SCAN"), std::string::npos) << sql << '\n' << plan;
  }
  EXPECT_EQ(query_plan(table_.scan_newest).find("TEMP B-TREE"), std::string::npos);
  EXPECT_EQ(query_plan(table_.scan_at).find("TEMP B-TREE"), std::string::npos);
}

}  // namespace
}  // namespace millrace::store::sqlite
