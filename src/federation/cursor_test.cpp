#include "federation/cursor.hpp"

#include <gtest/gtest.h>

#include <random>

namespace millrace::federation {
namespace {

TEST(Cursor, ComesBackAsItWasWritten) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 1000; ++i) {
    const Cursor cursor{.position = 1 + (random() >> (random() % 60)), .at = {static_cast<std::int64_t>(random() >> (1 + random() % 60))}};
    const auto mark = static_cast<std::uint32_t>(random());
    const auto read = read_cursor(write_cursor(cursor, mark), mark);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->position, cursor.position);
    EXPECT_EQ(read->at, cursor.at);
    EXPECT_FALSE(read_cursor(write_cursor(cursor, mark), mark + 1));
  }
}

TEST(Cursor, RefusesWhatIsNone) {
  const std::string good = write_cursor({7, {1'700'000'000'000'000}}, 99);
  for (std::size_t cut = 0; cut < good.size(); ++cut) EXPECT_FALSE(read_cursor(good.substr(0, cut), 99)) << cut;
  for (std::string_view text : {"", "-", "--", "0-1-2r", "1-1-", "1--2r", "zzzzzzzzzzzzzzzzzz-1-2r", "1-1-2r-", "1-1-2r ", "a b-1-2r"})
    EXPECT_FALSE(read_cursor(text, 99)) << text;
}

TEST(ListMark, TellsListsApart) {
  const document::OrderKey name{document::FieldPath::parse("name"), false};
  const document::OrderKey reversed{document::FieldPath::parse("name"), true};
  EXPECT_NE(list_mark("a", {}), list_mark("b", {}));
  EXPECT_NE(list_mark("a", {name}), list_mark("a", {}));
  EXPECT_NE(list_mark("a", {name}), list_mark("a", {reversed}));
  EXPECT_EQ(list_mark("a", {name}), list_mark("a", {name}));
}

}  // namespace
}  // namespace millrace::federation
