#include "auth/token_cache.hpp"

#include <gtest/gtest.h>

namespace millrace::auth {
namespace {

using std::chrono::seconds;
constexpr std::chrono::system_clock::time_point kNow{seconds(1'000)};

std::shared_ptr<const Principal> somebody(std::chrono::system_clock::time_point expires = kNow + seconds(1)) {
  return std::make_shared<const Principal>(Principal{.subject = "s", .expires = expires});
}

TEST(TokenCache, RemembersUntilItExpires) {
  TokenCache cache(10);
  const auto who = somebody();
  cache.add("a", 1, who);
  EXPECT_EQ(cache.find("a", 1, kNow), who);
  EXPECT_EQ(cache.find("b", 1, kNow), nullptr);
  EXPECT_EQ(cache.find("a", 1, kNow + seconds(1)), nullptr);
}

TEST(TokenCache, ForgetsWhatOtherKeysVerified) {
  TokenCache cache(10);
  cache.add("a", 1, somebody());
  EXPECT_EQ(cache.find("a", 2, kNow), nullptr);
  cache.add("a", 1, somebody());  // verified before the keys changed, added after
  EXPECT_EQ(cache.find("a", 2, kNow), nullptr);
  cache.add("a", 2, somebody());
  EXPECT_NE(cache.find("a", 2, kNow), nullptr);
}

TEST(TokenCache, KeepsWhatIsAskedForAndNoMoreThanItMay) {
  TokenCache cache(100);
  int kept = 0;
  for (int i = 0; i < 1'000; ++i) {
    cache.add(std::to_string(i), 1, somebody());
    EXPECT_NE(cache.find("0", 1, kNow), nullptr) << i;
  }
  for (int i = 0; i < 1'000; ++i) kept += cache.find(std::to_string(i), 1, kNow) != nullptr;
  EXPECT_GE(kept, 50);
  EXPECT_LE(kept, 101);
}

}  // namespace
}  // namespace millrace::auth
