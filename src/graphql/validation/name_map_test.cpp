#include "graphql/validation/name_map.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace millrace::graphql::validation {
namespace {

/// Few names and many, against a map and a list of the order.
TEST(NameMap, IsAMapThatKeepsTheOrder) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const unsigned names_count = 1 + random() % 60;
    std::vector<std::string> names;
    for (unsigned i = 0; i < names_count; ++i) names.push_back("n" + std::to_string(i));
    NameMap<int> map;
    std::map<std::string, int> model;
    std::vector<std::string> order;
    for (int step = 0; step < 100; ++step) {
      const std::string& name = names[random() % names_count];
      const bool is_new = !model.contains(name);
      EXPECT_EQ(map.contains(name), !is_new);
      if (is_new) order.push_back(name);
      if (random() % 2 == 0) {
        EXPECT_EQ(map.insert(name, step), is_new);
        model.try_emplace(name, step);
      } else {
        map[name] += step;
        model[name] += step;
      }
    }
    ASSERT_EQ(map.size(), model.size());
    auto expected = order.begin();
    for (const auto& [name, value] : map) {
      EXPECT_EQ(name, *expected++);
      EXPECT_EQ(value, model[std::string(name)]);
    }
    EXPECT_EQ(map.find("other"), nullptr);
  }
}

}  // namespace
}  // namespace millrace::graphql::validation
