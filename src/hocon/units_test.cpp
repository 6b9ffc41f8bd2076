#include "hocon/units.hpp"

#include <gtest/gtest.h>

namespace millrace::hocon {
namespace {

using std::chrono::milliseconds;

TEST(Units, Durations) {
  const std::vector<std::pair<std::string_view, std::int64_t>> rows = {
      {"10s", 10'000},
      {"100ms", 100},
      {"1 minute", 60'000},
      {"5m", 300'000},
      {"250", 250},
      {" 2  hours ", 7'200'000},
      {"1.5 seconds", 1'500},
      {"1d", 86'400'000},
      {"1500us", 1},
      {"0", 0},
      {"2000000 ns", 2},
      {"0.5ms", 0},
      {"3 nanoseconds", 0},
      {"1 second", 1'000},
      {"1e3", 1'000},
      {"\t7 days\n", 604'800'000},
      {"\u00a010\u00a0s", 10'000},
  };
  for (const auto& [text, wanted] : rows) EXPECT_EQ(parse_duration(text), milliseconds(wanted)) << text;
}

TEST(Units, WhatIsNoDuration) {
  for (std::string_view text : {"", " ", "s", "ten s", "10 S", "10 min", "-1s", "-0.5s", "1..5s", "10 s s", "1,5s", "nan", "infs", "10MB",
                                "99999999999999999999", "9e30 days", "106751991168 days"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Units, Sizes) {
  const std::vector<std::pair<std::string_view, std::uint64_t>> rows = {
      {"64MiB", 64u << 20},
      {"1MB", 1'000'000},
      {"512K", 512u << 10},
      {"512k", 512u << 10},
      {"1kB", 1000},
      {"10", 10},
      {"1.5 KiB", 1536},
      {"3 bytes", 3},
      {"7 B", 7},
      {"1 gibibyte", 1u << 30},
      {"16 EB", 16'000'000'000'000'000'000u},
      {"15EiB", 15ull << 60},
      {"0YB", 0},
      {"18446744073709551615", 18'446'744'073'709'551'615u},
  };
  for (const auto& [text, wanted] : rows) EXPECT_EQ(parse_bytes(text), wanted) << text;
}

TEST(Units, WhatIsNoSize) {
  for (std::string_view text : {"", "MB", "1 mB", "1KB", "-1", "1 Zb", "16EiB", "1ZB", "18446744073709551616", "1 KiB KiB", "0x10"})
    EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
}

}  // namespace
}  // namespace millrace::hocon
