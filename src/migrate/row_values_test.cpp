#include "migrate/row_values.hpp"

#include <gmock/gmock.h>

namespace millrace::migrate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RowValues, TimesInEachForm) {
  for (const char* text : {"1704110400123", "1704110400123.0", "1.704110400123e12", "2024-01-01T12:00:00.123Z", "2024-01-01 12:00:00.123",
                           "2024-01-01 14:00:00.123+02:00"}) {
    EXPECT_EQ(parse_created_at(text), Instant{1'704'110'400'123'000}) << text;
  }
  EXPECT_EQ(parse_created_at("1704110400123.456"), Instant{1'704'110'400'123'456});
  EXPECT_EQ(parse_created_at("0"), Instant{0});
  EXPECT_EQ(parse_created_at("253402300799999"), Instant{253'402'300'799'999'000});
}

TEST(RowValues, TextThatIsNoTime) {
  for (const char* text : {"", "yesterday", "-1", "-0.5", "1969-12-31T23:59:59Z", "253402300800000", "9223372036854775807", "1e300", "nan",
                           "inf", "-inf", "2024-13-01T00:00:00Z", "2024-01-01", " 1", "1 ", "0x10"}) {
    EXPECT_EQ(parse_created_at(text), std::nullopt) << text;
  }
}

TEST(RowValues, NoTokenGoesUnseen) {
  EXPECT_THAT(parse_tokens(""), IsEmpty());
  EXPECT_THAT(parse_tokens("[]"), IsEmpty());
  EXPECT_THAT(parse_tokens("null"), IsEmpty());
  EXPECT_THAT(parse_tokens(R"(["a","b\n"])"), ElementsAre("a", "b\n"));
  EXPECT_THAT(parse_tokens("[1]"), ElementsAre("1"));
  EXPECT_THAT(parse_tokens("alice"), ElementsAre("alice"));
  EXPECT_THAT(parse_tokens(R"({"a":[]})"), ElementsAre(R"({"a":[]})"));
}

TEST(RowValues, Deleted) {
  for (const char* text : {"t", "true", "1", "1.0", "TRUE"}) EXPECT_TRUE(parse_deleted(text)) << text;
  for (const char* text : {"", "f", "false", "0", "0.0", "FALSE"}) EXPECT_FALSE(parse_deleted(text)) << text;
}

}  // namespace
}  // namespace millrace::migrate
