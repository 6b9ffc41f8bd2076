#include "graphql/validation/argument_comparison.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "graphql/language/parser.hpp"

namespace millrace::graphql::validation {
namespace {

/// A random value: how it is written (fields in any order), and a text that says what it is.
struct Written {
  std::string text;
  std::string meaning;
};

class Values {
 public:
  explicit Values(unsigned seed) : random_(seed) {}

  Written value(int depth) {
    const unsigned kind = random_() % (depth > 2 ? 6 : 8);
    const std::string number = std::to_string(random_() % 3);
    switch (kind) {
      case 0: return {number, "int " + number};
      case 1: return {number + ".0", "float " + number};
      case 2: return {"$v" + number, "variable " + number};
      case 3: return {"E" + number, "enum " + number};
      case 4: return string(number);
      case 5: return random_() % 2 == 0 ? Written{"null", "null"} : Written{"true", "true"};
      case 6: return list(depth);
      default: return object(depth);
    }
  }

 private:
  Written string(const std::string& number) {
    switch (random_() % 3) {
      case 0: return {"\"" + number + "\"", "string " + number};
      case 1: return {fmt::format("\"\\u003{}\"", number), "string " + number};
      default: return {"\"\"\"" + number + "\"\"\"", "block " + number};
    }
  }
  Written list(int depth) {
    Written list = {"[", "list("};
    for (unsigned count = random_() % 3; count > 0; --count) {
      const Written item = value(depth + 1);
      list.text += item.text + " ";
      list.meaning += item.meaning + ",";
    }
    return {list.text + "]", list.meaning + ")"};
  }
  Written object(int depth) {
    std::map<std::string, Written> fields;
    for (unsigned count = random_() % 3; count > 0; --count) fields.emplace("f" + std::to_string(random_() % 3), value(depth + 1));
    std::vector<std::string> texts;
    std::string meaning = "object(";
    for (const auto& [name, field] : fields) {
      texts.push_back(name + ": " + field.text);
      meaning += name + "=" + field.meaning + ",";
    }
    std::ranges::shuffle(texts, random_);
    return {fmt::format("{{{}}}", fmt::join(texts, ", ")), meaning + ")"};
  }

  std::mt19937 random_;
};

std::string key_of(const std::string& value) {
  const std::string text = "{ f(a: " + value + ") }";
  const auto document = parse(text);
  EXPECT_TRUE(document) << text;
  return comparison_key(document->operations.front().selection_set.selections.front().arguments.front().value);
}

TEST(ComparisonKey, IsSharedByTheSameValuesAlone) {
  Values values(5);
  std::map<std::string, std::string> meanings;  // by key
  std::map<std::string, std::string> keys;      // by meaning
  for (int i = 0; i < 20'000; ++i) {
    const Written written = values.value(0);
    const std::string key = key_of(written.text);
    EXPECT_EQ(keys.emplace(written.meaning, key).first->second, key) << written.text;
    EXPECT_EQ(meanings.emplace(key, written.meaning).first->second, written.meaning) << written.text;
  }
  EXPECT_GT(keys.size(), 300u);
}

}  // namespace
}  // namespace millrace::graphql::validation
