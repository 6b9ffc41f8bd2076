#include "rest/cursor.hpp"

#include <gtest/gtest.h>

#include <random>

namespace millrace::rest {
namespace {

TEST(Cursor, ComesBackAsItWentOut) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const Cursor cursor{random() >> 1 >> (i % 63), {static_cast<std::int64_t>(random() >> 1 >> (i % 61))}};
    const auto back = parse_cursor(to_text(cursor));
    ASSERT_TRUE(back) << to_text(cursor);
    EXPECT_EQ(back->position, cursor.position);
    EXPECT_EQ(back->at, cursor.at);
  }
}

TEST(Cursor, AnythingElseIsNone) {
  const std::string good = to_text({.position = 7, .at = {9}});
  for (const std::string& text : {std::string(), std::string("7"), good.substr(1), good + "A", "+" + good.substr(1), "I" + good.substr(1),
                                  good.substr(0, 11) + "_" + good.substr(12)})
    EXPECT_FALSE(parse_cursor(text)) << text;
}

}  // namespace
}  // namespace millrace::rest
