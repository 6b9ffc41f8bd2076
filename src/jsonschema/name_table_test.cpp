#include "jsonschema/name_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace millrace::jsonschema {
namespace {

TEST(NameTable, FindsWhatAMapFinds) {
  std::mt19937 random(3);
  const auto name = [&] {
    std::string text(random() % 14, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 2);
    return text;
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> names;
    std::map<std::string, std::uint32_t> model;
    for (auto count = random() % 60; count > 0; --count) {
      names.push_back(name());
      model.emplace(names.back(), static_cast<std::uint32_t>(names.size() - 1));
    }
    const NameTable table(names);
    for (int i = 0; i < 100; ++i) {
      const std::string asked = name();
      const auto found = model.find(asked);
      ASSERT_EQ(table.find(asked), found == model.end() ? NameTable::kAbsent : found->second) << asked;
    }
    for (const auto& [known, index] : model) ASSERT_EQ(table.find(known), index) << known;
  }
}

TEST(NameTable, MayBeEmpty) {
  EXPECT_EQ(NameTable().find(""), NameTable::kAbsent);
  EXPECT_EQ(NameTable().find("a name of many bytes"), NameTable::kAbsent);
}

}  // namespace
}  // namespace millrace::jsonschema
