#include "store/sqlite/places.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace millrace::store::sqlite {
namespace {

using document::Position;

std::string id_of(Position number) {
  return "document " + std::to_string(number);
}

TEST(Places, RememberWhereDocumentsWereReadLast) {
  Places places;
  EXPECT_FALSE(places.find("a"));
  places.remember("a", 7);
  EXPECT_EQ(places.find("a"), 7U);
  places.remember("a", 9);
  EXPECT_EQ(places.find("a"), 9U);
  EXPECT_FALSE(places.find("b"));
  places.remember("b", Position{1} << 60);  // more than there is room for
  EXPECT_FALSE(places.find("b"));
}

TEST(Places, ForgetSomeWhereThereAreTooMany) {
  Places places;
  constexpr Position kCount = 1'000'000;
  for (Position i = 1; i <= kCount; ++i) places.remember(id_of(i), i);
  std::size_t right = 0, wrong = 0;
  for (Position i = 1; i <= kCount; ++i) {
    const auto place = places.find(id_of(i));
    right += place == i ? 1 : 0;
    wrong += place && place != i ? 1 : 0;
  }
  EXPECT_GT(right, 200'000U);
  EXPECT_LT(wrong, 100U);  // two ids of one hash: the row tells
}

TEST(Places, AreForAnyThread) {
  Places places;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&places] {
      for (Position i = 1; i < 20'000; ++i) {
        places.remember(id_of(i % 100), i % 100);
        if (const auto place = places.find(id_of(i % 100))) ASSERT_EQ(*place, i % 100);
      }
    });
}

}  // namespace
}  // namespace millrace::store::sqlite
