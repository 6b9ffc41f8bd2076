#include "federation/remote/breaker.hpp"

#include <gtest/gtest.h>

#include <random>

namespace millrace::federation {
namespace {

using std::chrono::milliseconds;
constexpr Breaker::Time kStart{std::chrono::hours(1)};

TEST(Breaker, OpensAfterFailuresInARow) {
  Breaker breaker({3, milliseconds(100)});
  for (int i = 0; i < 2; ++i) breaker.failed(kStart);
  breaker.succeeded();
  for (int i = 0; i < 2; ++i) breaker.failed(kStart);
  EXPECT_TRUE(breaker.allows(kStart));
  breaker.failed(kStart);
  EXPECT_FALSE(breaker.allows(kStart));
  EXPECT_FALSE(breaker.allows(kStart + milliseconds(99)));
}

TEST(Breaker, TriesOnceAPause) {
  Breaker breaker({1, milliseconds(100)});
  breaker.failed(kStart);
  EXPECT_TRUE(breaker.allows(kStart + milliseconds(100)));
  EXPECT_FALSE(breaker.allows(kStart + milliseconds(100)));
  EXPECT_FALSE(breaker.allows(kStart + milliseconds(199)));
  EXPECT_TRUE(breaker.allows(kStart + milliseconds(200)));  // the first try never came back
  breaker.failed(kStart + milliseconds(250));
  EXPECT_FALSE(breaker.allows(kStart + milliseconds(349)));
  EXPECT_TRUE(breaker.allows(kStart + milliseconds(350)));
  breaker.succeeded();
  EXPECT_TRUE(breaker.allows(kStart + milliseconds(351)));
  EXPECT_TRUE(breaker.allows(kStart + milliseconds(351)));
}

TEST(Breaker, NeverOpensAtZero) {
  Breaker breaker({0, milliseconds(100)});
  for (int i = 0; i < 100; ++i) breaker.failed(kStart);
  EXPECT_TRUE(breaker.allows(kStart));
}

/// Whatever happens: while it is open at most one request goes through in each pause, and one success closes it.
TEST(Breaker, HoldsItsPromiseInRandomOrder) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    Breaker breaker({4, milliseconds(100)});
    Breaker::Time now = kStart;
    int in_a_row = 0;
    Breaker::Time last_try = kStart - milliseconds(100);
    for (int step = 0; step < 2000; ++step) {
      now += milliseconds(random() % 20);
      const bool allowed = breaker.allows(now);
      if (in_a_row < 4) {
        ASSERT_TRUE(allowed) << "seed " << seed << " step " << step;
      } else {
        ASSERT_EQ(allowed, now - last_try >= milliseconds(100)) << "seed " << seed << " step " << step;
      }
      if (!allowed) continue;
      last_try = now;
      if (random() % 3 == 0) {
        breaker.succeeded();
        in_a_row = 0;
      } else {
        breaker.failed(now);
        ++in_a_row;
      }
    }
  }
}

}  // namespace
}  // namespace millrace::federation
