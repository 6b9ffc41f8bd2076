#include "migrate/migration.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "io/loop.hpp"
#include "migrate/rows_test.hpp"
#include "store/memory/memory_store.hpp"

namespace millrace::migrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Migration : public testing::Test {
 protected:
  Counts surveyed() { return *survey(history_, {}); }
  Result<> copied() { return loop_.block_on(copy(history_, *store_, surveyed())); }
  Comparison compared() { return *loop_.block_on(compare(history_, *store_)); }

  /// Every version that the store has: "ID PAYLOAD TIME".
  std::vector<std::string> stored() {
    const document::Documents all = *loop_.block_on(store_->changes(0, 1000));
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const document::Envelope& envelope = all.envelope(i);
      lines.push_back(fmt::format("{} {} {}", all.id(i), envelope.deleted ? "-" : all.payload(i), envelope.recorded_at.microseconds));
    }
    return lines;
  }

  io::Loop loop_;
  std::unique_ptr<document::Store> store_ = store::memory::make_store();
  Rows rows_;
  History history_{rows_};
};

TEST_F(Migration, AppendedTombstonesAndMarkedRows) {
  rows_.rows = {row("a", R"({"n":1})", 1),       row("b", R"({ "n": 1, "id": "b" })", 1, true),
                row("a", R"({"n":1})", 2, true), row("a", R"({"n":3})", 3),
                row("a", R"({"n":4})", 3),       row("b", R"({"n":2})", 4, true)};
  ASSERT_TRUE(copied());
  EXPECT_THAT(stored(), ElementsAre(R"(a {"n":1} 1)", R"(b {"n":1} 1)", "b - 1", "a - 2", R"(a {"n":3} 3)", R"(a {"n":4} 3)",
                                    R"(b {"n":2} 4)", "b - 4"));
  const Counts& counts = history_.counts();
  EXPECT_EQ(counts.rows, 6u);
  EXPECT_EQ(counts.versions, 8u);
  EXPECT_EQ(counts.documents, 2u);
  EXPECT_EQ(counts.tombstones, 3u);
  EXPECT_EQ(counts.hidden, 2u);
  const Comparison comparison = compared();
  EXPECT_EQ(comparison.versions, 8u);
  EXPECT_EQ(comparison.difference, "");
}

TEST_F(Migration, ARowThatIsRefusedLeavesItsDocumentAsItWas) {
  rows_.rows = {row("a", "[]", 1), row("a", R"({"n":1})", 2), row("a", "nonsense", 3), row("a", "nonsense", 4, true), row("a", "{}", 5)};
  std::vector<std::string> refused;
  ASSERT_TRUE(survey(history_, [&](const std::string& place, const std::string&) { refused.push_back(place); }));
  EXPECT_THAT(refused, ElementsAre("row 0", "row 2"));
  ASSERT_TRUE(copied());
  EXPECT_THAT(stored(), ElementsAre(R"(a {"n":1} 2)", "a - 4", "a {} 5"));
}

TEST_F(Migration, EveryDifferenceIsFound) {
  rows_.rows = {row("a", R"({"n":1})", 1), row("b", R"({"n":1})", 2), row("a", R"({"n":1})", 3, true)};
  ASSERT_TRUE(copied());
  const auto with = [this](std::size_t index, Row changed) {
    Row before = std::exchange(rows_.rows[index], std::move(changed));
    Comparison comparison = compared();
    rows_.rows[index] = std::move(before);
    return comparison;
  };
  EXPECT_THAT(with(1, row("c", R"({"n":1})", 2)).difference, HasSubstr("row 1 is \"c\""));
  EXPECT_THAT(with(1, row("b", R"({"n":1.0})", 2)).difference, HasSubstr(R"({"n":1.0} in the source)"));
  EXPECT_THAT(with(1, row("b", R"({"n":1})", 1)).difference, HasSubstr("row 1"));
  EXPECT_THAT(with(2, row("a", R"({"n":1})", 3)).difference, HasSubstr("row 2"));
  EXPECT_EQ(with(2, row("a", R"({"n":1})", 3)).versions, 2u);
  const Row last = rows_.rows.back();
  rows_.rows.pop_back();
  EXPECT_THAT(compared().difference, HasSubstr("in the entity alone"));
  rows_.rows.push_back(last);
  rows_.rows.push_back(row("d", "{}", 4));
  EXPECT_THAT(compared().difference, HasSubstr("row 3 is not in the entity"));
}

TEST_F(Migration, ASourceThatChangesIsNotCopied) {
  for (int i = 0; i < 2000; ++i) rows_.rows.push_back(row(fmt::format("{}", i), "{}", 1 + i));
  const Counts counts = surveyed();
  rows_.rows[1500].payload = R"({"changed":true})";
  Result<> done = loop_.block_on(copy(history_, *store_, counts));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, "migrate.changed");
  rows_.fails_at = 1700;
  done = loop_.block_on(copy(history_, *store_, counts));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, "test.source");
  EXPECT_TRUE(stored().empty());
}

TEST_F(Migration, TimesThatGoBackStopIt) {
  rows_.rows = {row("a", "{}", 2), row("b", "{}", 1)};
  const auto counts = survey(history_, {});
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().code, "migrate.order");
}

}  // namespace
}  // namespace millrace::migrate
