#include "graphql/validation/pair_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace millrace::graphql::validation {
namespace {

template <unsigned Bits>
void expect_a_map(std::uint32_t rows, std::uint32_t columns) {
  std::mt19937 random(13);
  PairTable<Bits> table;
  std::map<std::pair<std::uint32_t, std::uint32_t>, unsigned> model;
  EXPECT_EQ(table.get(1, 1), 0u);
  for (int step = 0; step < 20'000; ++step) {
    const std::pair pair(static_cast<std::uint32_t>(random()) % rows, static_cast<std::uint32_t>(random()) % columns);
    const auto known = model.find(pair);
    ASSERT_EQ(table.get(pair.first, pair.second), known == model.end() ? 0 : known->second);
    if (random() % 2 == 0) continue;
    const unsigned value = static_cast<unsigned>(random()) % (1u << Bits);
    table.set(pair.first, pair.second, value);
    model[pair] = value;
  }
  for (const auto& [pair, value] : model) EXPECT_EQ(table.get(pair.first, pair.second), value);
}

TEST(PairTable, IsAMap) {
  for (const auto& [rows, columns] :
       std::vector<std::pair<std::uint32_t, std::uint32_t>>{{1, 10}, {3, 3'000}, {300, 10}, {300, 1'000'000}}) {
    expect_a_map<1>(rows, columns);
    expect_a_map<2>(rows, columns);
    expect_a_map<4>(rows, columns);
  }
}

}  // namespace
}  // namespace millrace::graphql::validation
