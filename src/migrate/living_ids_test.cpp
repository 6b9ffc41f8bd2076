#include "migrate/living_ids.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace millrace::migrate {
namespace {

TEST(LivingIds, AreThoseOfAMap) {
  std::mt19937_64 random(1);
  LivingIds ids;
  std::map<std::string, bool> expected;
  for (int i = 0; i < 50'000; ++i) {
    const std::string id = std::to_string(random() % 20'000);
    const bool lives = random() % 2 == 0;
    EXPECT_EQ(ids.lives(id), expected.contains(id) && expected[id]) << id;
    EXPECT_EQ(ids.exchange(id, lives), expected.contains(id) && expected[id]) << id;
    expected[id] = lives;
  }
  EXPECT_EQ(ids.size(), expected.size());
}

}  // namespace
}  // namespace millrace::migrate
