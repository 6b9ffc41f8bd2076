#include "document/cursor.hpp"

#include <gtest/gtest.h>

#include <random>

namespace millrace::document {
namespace {

TEST(Cursor, ComesBackAsItWasWritten) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 1000; ++i) {
    const Cursor cursor{.position = random() >> (1 + random() % 60), .at = {static_cast<std::int64_t>(random() >> (1 + random() % 60))}};
    const auto mark = i % 2 == 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(random()));
    const auto read = read_cursor(write_cursor(cursor, mark), mark);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->position, cursor.position);
    EXPECT_EQ(read->at, cursor.at);
    EXPECT_FALSE(read_cursor(write_cursor(cursor, mark), mark.value_or(0) + 1));
  }
}

TEST(Cursor, RefusesWhatIsNone) {
  const std::string good = write_cursor({.position = 7, .at = {9}});
  const std::string marked = write_cursor({.position = 7, .at = {9}}, 99);
  EXPECT_TRUE(read_cursor(good));
  EXPECT_TRUE(read_cursor(marked, 99));
  EXPECT_FALSE(read_cursor(good, 99));
  EXPECT_FALSE(read_cursor(marked));
  for (std::size_t cut = 0; cut < marked.size(); ++cut) EXPECT_FALSE(read_cursor(marked.substr(0, cut), 99)) << cut;
  for (const std::string& text : {std::string(), std::string("7"), good.substr(1), good + "A", "+" + good.substr(1), "I" + good.substr(1),
                                  good.substr(0, 11) + "I" + good.substr(12)})
    EXPECT_FALSE(read_cursor(text)) << text;
}

TEST(ListMark, TellsListsApart) {
  const OrderKey name{FieldPath::parse("name"), false};
  const OrderKey reversed{FieldPath::parse("name"), true};
  EXPECT_NE(list_mark("a", {}), list_mark("b", {}));
  EXPECT_NE(list_mark("a", {name}), list_mark("a", {}));
  EXPECT_NE(list_mark("a", {name}), list_mark("a", {reversed}));
  EXPECT_EQ(list_mark("a", {name}), list_mark("a", {name}));
}

}  // namespace
}  // namespace millrace::document
