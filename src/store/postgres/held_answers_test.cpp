#include "store/postgres/held_answers.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

namespace millrace::store::postgres {
namespace {

/// As many rows of one column.
Rows rows_of(std::initializer_list<const char*> values) {
  pg_result* const result = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
  std::string name = "value";
  PGresAttDesc column{.name = name.data(), .tableid = 0, .columnid = 0, .format = 1, .typid = 25, .typlen = -1, .atttypmod = -1};
  EXPECT_EQ(PQsetResultAttrs(result, 1, &column), 1);
  int row = 0;
  for (const char* value : values) {
    std::string text(value);
    EXPECT_EQ(PQsetvalue(result, row++, 0, text.data(), static_cast<int>(text.size())), 1);
  }
  return Rows(result);
}

Head head(document::Position position) {
  return {.position = position, .recorded_at = Instant{static_cast<std::int64_t>(position)}};
}

TEST(HeldAnswers, AreFoundWhileTheHeadStands) {
  HeldAnswers held;
  held.begin(head(7));
  const std::string_view ids[] = {"a", "b"};
  EXPECT_FALSE(held.places(ids));
  const Rows rows = rows_of({"first", "second"});
  held.keep("a", {.rows = &rows, .row = 1});
  EXPECT_FALSE(held.places(ids));
  held.keep("b", {});
  const auto places = held.places(ids);
  ASSERT_TRUE(places);
  ASSERT_NE((*places)[0].rows, nullptr);
  EXPECT_EQ((*places)[0].rows->text((*places)[0].row, 0), "second");
  EXPECT_EQ((*places)[1].rows, nullptr);
  held.begin(head(7));
  EXPECT_TRUE(held.places(ids));
  held.begin(head(8));
  EXPECT_FALSE(held.places(ids));
}

TEST(HeldAnswers, StatementsAreToldApartByTheirParameters) {
  HeldAnswers held;
  held.begin(head(1));
  const auto key = [](std::string_view first, std::string_view second) {
    return key_of("SELECT", std::move(Parameters().text(first).text(second)));
  };
  held.keep(key("ab", "c"), rows_of({"x"}));
  ASSERT_NE(held.rows(key("ab", "c")), nullptr);
  EXPECT_EQ(held.rows(key("ab", "c"))->text(0, 0), "x");
  EXPECT_EQ(held.rows(key("a", "bc")), nullptr);
  EXPECT_EQ(held.rows(key("ab", "")), nullptr);
}

TEST(HeldAnswers, HaveRoomForFewMegabytes) {
  HeldAnswers held;
  held.begin(head(1));
  const std::string value(10'000, 'x'), longest(1'000'000, 'x');
  const std::string_view first[] = {"0"};
  for (int i = 0; i < 2'000; ++i) {
    const Rows rows = rows_of({value.c_str()});
    held.keep(std::to_string(i), {.rows = &rows, .row = 0});
  }
  EXPECT_TRUE(held.places(first));
  held.begin(head(1));
  EXPECT_FALSE(held.places(first));
  held.keep("longest", rows_of({longest.c_str()}));
  EXPECT_EQ(held.rows("longest"), nullptr);
}

}  // namespace
}  // namespace millrace::store::postgres
