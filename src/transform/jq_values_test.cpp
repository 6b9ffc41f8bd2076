#include "transform/jq_values.hpp"

#include <gtest/gtest.h>

#include "base/json/number.hpp"
#include "base/json/random_json.hpp"

namespace millrace::transform {
namespace {

std::string written(jv value, const KeptNumbers& kept) {
  std::string text;
  EXPECT_EQ(write_value(text, value, kept, 1u << 20), Written::whole);
  return text;
}

TEST(JqValues, AreWhatJqItselfReads) {
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    const std::string text = json::RandomJson(seed).value().canonical;
    KeptNumbers kept;
    const jv ours = read_value(text, kept);
    const jv theirs = jv_parse_sized(text.data(), static_cast<int>(text.size()));
    ASSERT_TRUE(jv_is_valid(theirs)) << text;
    ASSERT_TRUE(jv_equal(jv_copy(ours), theirs) != 0) << "seed " << seed << ": " << text;
    // And what is written is read as the same again.
    const std::string again = written(jv_copy(ours), kept);
    if (again.contains("1.7976931348623157e+308")) {
      jv_free(ours);  // two numbers beyond all doubles, which are one
      continue;
    }
    KeptNumbers none;
    ASSERT_TRUE(jv_equal(ours, read_value(again, none)) != 0) << "seed " << seed << ": " << again;
  }
}

TEST(JqValues, ANumberByItselfKeepsItsDigits) {
  json::RandomJson random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string number = random.number();
    KeptNumbers kept;
    const std::string text = written(read_value(number, kept), kept);
    ASSERT_TRUE(json::compare_numbers(text, number) == 0) << number << " became " << text;
  }
}

TEST(JqValues, WhatIsNoNumberInJsonIsWrittenAsJqDoes) {
  EXPECT_EQ(written(jv_number(std::numeric_limits<double>::quiet_NaN()), {}), "null");
  EXPECT_EQ(written(jv_number(std::numeric_limits<double>::infinity()), {}), "1.7976931348623157e+308");
  EXPECT_EQ(written(jv_number(-std::numeric_limits<double>::infinity()), {}), "-1.7976931348623157e+308");
}

TEST(JqValues, StopAtTheirBounds) {
  std::string text;
  KeptNumbers kept;
  EXPECT_EQ(write_value(text, read_value(R"(["aaaa","bbbb"])", kept), kept, 9), Written::too_large);
  EXPECT_LE(text.size(), 12);
  jv deep = jv_array();
  for (int i = 0; i < 255; ++i) deep = JV_ARRAY_1(deep);
  EXPECT_EQ(write_value(text, jv_copy(deep), kept, 10'000), Written::whole);
  EXPECT_EQ(write_value(text, JV_ARRAY_1(deep), kept, 10'000), Written::too_deep);
}

}  // namespace
}  // namespace millrace::transform
