#include "io/within.hpp"

#include <gtest/gtest.h>

namespace millrace::io {
namespace {

using namespace std::chrono_literals;

Task<int> at_once() {
  co_return 7;
}
Task<int> after(std::chrono::milliseconds delay, bool& has_ended) {
  CO_TRY_OK(co_await pause(delay));
  has_ended = true;
  co_return 8;
}

TEST(Within, GivesWhatComesInTime) {
  Loop loop;
  auto result = loop.block_on(within(1s, at_once()));
  ASSERT_TRUE(result && *result && **result);
  EXPECT_EQ(***result, 7);
  bool has_ended = false;
  result = loop.block_on(within(10s, after(1ms, has_ended)));
  ASSERT_TRUE(result && *result && **result);
  EXPECT_EQ(***result, 8);
}

TEST(Within, GivesNothingWhenTheTimeIsUp) {
  Loop loop;
  bool has_ended = false;
  const auto result = loop.block_on(within(1ms, after(200ms, has_ended)));
  ASSERT_TRUE(result.has_value());
  EXPECT_FALSE(result->has_value());
  EXPECT_FALSE(has_ended);
  // It goes on by itself.
  EXPECT_TRUE(loop.block_on(pause(400ms)).has_value());
  EXPECT_TRUE(has_ended);
}

}  // namespace
}  // namespace millrace::io
