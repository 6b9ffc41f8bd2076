#include "base/instant.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace millrace {
namespace {

struct Row {
  std::string text;
  std::optional<std::int64_t> microseconds;
};

void expect_rows(const std::vector<Row>& rows, std::optional<Instant> (*read)(std::string_view)) {
  for (const Row& row : rows) {
    const std::optional<Instant> instant = read(row.text);
    const std::optional<std::int64_t> microseconds = instant ? std::optional(instant->microseconds) : std::nullopt;
    EXPECT_EQ(microseconds, row.microseconds) << row.text;
  }
}

TEST(Rfc3339, IsReadExactly) {
  expect_rows(
      {
          {"1970-01-01T00:00:00Z", 0},
          {"1970-01-01t00:00:00z", 0},
          {"2024-01-01T12:00:00Z", 1704110400000000},
          {"2024-01-01T12:00:00.5Z", 1704110400500000},
          {"2024-01-01T12:00:00.123456Z", 1704110400123456},
          {"2024-01-01T12:00:00.123456999Z", 1704110400123456},
          {"2024-01-01T12:00:00.0000000000000000001Z", 1704110400000000},
          {"2024-01-01T14:00:00+02:00", 1704110400000000},
          {"2024-01-01T06:30:00-05:30", 1704110400000000},
          {"2024-01-01T12:00:00-00:00", 1704110400000000},
          {"2024-02-29T00:00:00Z", 1709164800000000},
          {"1900-02-28T00:00:00Z", -2203977600000000},
          {"0000-01-01T00:00:00Z", -62167219200000000},
          {"9999-12-31T23:59:59.999999Z", 253402300799999999},
          {"1969-12-31T23:59:59.999999Z", -1},
      },
      parse_rfc3339);
}

TEST(Rfc3339, RefusesWhatItIsNot) {
  for (const std::string_view text : {"",
                                      "2024",
                                      "2024-01-01",
                                      "2024-01-01T12:00:00",
                                      "2024-01-01 12:00:00Z",
                                      "2024-01-01T12:00Z",
                                      "2024-1-01T12:00:00Z",
                                      "2024-00-01T12:00:00Z",
                                      "2024-13-01T12:00:00Z",
                                      "2024-01-00T12:00:00Z",
                                      "2024-01-32T12:00:00Z",
                                      "2024-04-31T12:00:00Z",
                                      "2023-02-29T12:00:00Z",
                                      "1900-02-29T12:00:00Z",
                                      "2024-01-01T24:00:00Z",
                                      "2024-01-01T12:60:00Z",
                                      "2024-01-01T12:00:61Z",
                                      "2024-01-01T12:00:00.Z",
                                      "2024-01-01T12:00:00+24:00",
                                      "2024-01-01T12:00:00+01:60",
                                      "2024-01-01T12:00:00+0100",
                                      "2024-01-01T12:00:00+01",
                                      "2024-01-01T12:00:00Zx",
                                      " 2024-01-01T12:00:00Z",
                                      "2024-01-01T12:00:00,5Z",
                                      "20240101T120000Z",
                                      "+024-01-01T12:00:00Z",
                                      "12024-01-01T12:00:00Z",
                                      "2024-01-01T12:00:0\xC2\xB2Z"}) {
    EXPECT_FALSE(parse_rfc3339(text).has_value()) << text;
  }
}

TEST(Rfc3339, LeapSecondsEndAMonthInUtc) {
  const std::int64_t midnight = parse_rfc3339("1999-01-01T00:00:00Z")->microseconds;
  expect_rows(
      {
          {"1998-12-31T23:59:60Z", midnight - 1},
          {"1998-12-31T23:59:60.9Z", midnight - 1},
          {"1998-12-31T15:59:60.123-08:00", midnight - 1},
          {"1999-01-01T01:29:60+01:30", midnight - 1},
          {"1998-12-31T23:59:61Z", std::nullopt},
          {"1998-12-31T23:58:60Z", std::nullopt},
          {"1998-12-31T22:59:60Z", std::nullopt},
          {"1998-12-31T23:59:60+01:00", std::nullopt},
          {"1998-12-30T23:59:60Z", std::nullopt},
      },
      parse_rfc3339);
}

TEST(At, CoversTheMillisecondThatItNames) {
  expect_rows(
      {
          {"0", 999},
          {"1704110400000", 1704110400000999},
          {"-1", -1},
          {"2024-01-01T12:00:00Z", 1704110400000999},
          {"2024-01-01T12:00:00.5Z", 1704110400500999},
          {"2024-01-01T12:00:00.123Z", 1704110400123999},
          {"2024-01-01T12:00:00.1230Z", 1704110400123000},
          {"2024-01-01T12:00:00.123456Z", 1704110400123456},
          {"2024-01-01T12:00:00.123456789Z", 1704110400123456},
          {"2024-01-01T12:00:00.1234567890123456789Z", 1704110400123456},
          {"2024-01-01T14:00:00.5+02:00", 1704110400500999},
          {"9223372036854775807", kNewest.microseconds},
          {"99999999999999999999999", kNewest.microseconds},
      },
      parse_at);
}

TEST(At, RefusesTheRest) {
  for (const std::string_view text :
       {"", "now", "1.5", "1e3", "+1", " 1", "1 ", "0x1", "--1", "-", "2024-01-01", "2024-01-01T12:00:00.Z"}) {
    EXPECT_FALSE(parse_at(text).has_value()) << text;
  }
  EXPECT_TRUE(parse_at("-99999999999999999999999").has_value());
}

TEST(Instant, IsWrittenWithSixDigits) {
  EXPECT_EQ(to_string(Instant{0}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(to_string(Instant{-1}), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_string(Instant{1704110400000000}), "2024-01-01T12:00:00.000000Z");
  EXPECT_EQ(to_string(kNewest), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_string(Instant{INT64_MIN}), "0000-01-01T00:00:00.000000Z");
}

TEST(Instant, IsReadAsItWasWritten) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const auto range = static_cast<std::uint64_t>(253402300799999999 + 62167219200000000);
    const Instant instant{static_cast<std::int64_t>(random() % range) - 62167219200000000};
    ASSERT_EQ(parse_rfc3339(to_string(instant)), instant) << to_string(instant);
    ASSERT_EQ(parse_at(to_string(instant)), instant);
  }
}

// Walks the calendar one day at a time by the rules that people know.
TEST(Instant, FollowsTheCalendar) {
  int year = 0, month = 1, day = 1;
  for (std::int64_t days = -719528; year < 10'000; ++days) {
    if (day == 1 || (day > 27 && year % 7 == 0)) {
      const std::string expected = fmt::format("{:04}-{:02}-{:02}T00:00:00.000000Z", year, month, day);
      ASSERT_EQ(to_string(Instant{days * 86'400'000'000}), expected);
    }
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int length = month == 2 ? 28 + leap : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    if (++day > length) {
      day = 1;
      ++month;
    }
    if (month > 12) {
      month = 1;
      ++year;
    }
  }
}

TEST(Instant, NowIsOfOurTime) {
  EXPECT_GT(now(), *parse_rfc3339("2024-01-01T00:00:00Z"));
  EXPECT_LT(now(), kNewest);
}

}  // namespace
}  // namespace millrace
