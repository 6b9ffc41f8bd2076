#include "graphql/validation/pair_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace millrace::graphql::validation {
namespace {

TEST(PairTable, IsAMap) {
  std::mt19937 random(13);
  for (unsigned range : {2u, 10u, 200u, 4'000'000'000u}) {
    PairTable<int> table;
    std::map<std::pair<std::uint32_t, std::uint32_t>, int> model;
    EXPECT_EQ(table.find(1, 1), nullptr);
    for (int step = 0; step < 20'000; ++step) {
      const std::uint32_t a = static_cast<std::uint32_t>(random()) % range;
      const std::uint32_t b = static_cast<std::uint32_t>(random()) % range + 1;
      const auto known = model.find({a, b});
      const int* found = table.find(a, b);
      ASSERT_EQ(found != nullptr, known != model.end());
      if (found != nullptr) {
        EXPECT_EQ(*found, known->second);
      }
      if (random() % 2 == 0) table.at(a, b) = model[{a, b}] = step;
    }
    EXPECT_EQ(table.size(), model.size());
    for (const auto& [pair, value] : model) EXPECT_EQ(*table.find(pair.first, pair.second), value);
  }
}

}  // namespace
}  // namespace millrace::graphql::validation
