#include "jsonschema/equality.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/json/number.hpp"
#include "base/json/random_json.hpp"

namespace millrace::jsonschema {
namespace {

/// One text for all equal values: numbers by their order key, members sorted.
std::string key_of(json::Value value) {
  std::string key;
  if (value.is(json::Kind::number)) {
    json::append_ordered(key, value.text());
    return "n" + std::to_string(key.size()) + key;
  }
  if (value.is(json::Kind::string)) return "s" + std::to_string(value.string().size()) + ":" + value.string();
  if (value.is(json::Kind::array)) {
    for (json::Value element = value.first(); !(element == value.end()); element = element.after()) key += key_of(element) + ",";
    return "[" + key + "]";
  }
  if (!value.is(json::Kind::object)) return std::string(value.text());
  std::vector<std::string> members;
  for (json::Value name = value.first(); !(name == value.end()); name = name.after().after()) {
    members.push_back(key_of(name) + "=" + key_of(name.after()));
  }
  std::ranges::sort(members);
  for (const std::string& member : members) key += member + ",";
  return "{" + key + "}";
}

/// Small values, so that equal ones are common; objects in any order.
class SmallJson {
 public:
  std::string value(int depth) {
    static const std::vector<std::string> kScalars = {"null", "true",  "0",     "-0",          "0.0", "1",
                                                      "1.0",  "10e-1", "\"a\"", "\"\\u0061\"", "\"\""};
    const auto kind = random_.below(depth > 0 ? 3 : 1);
    if (kind == 0) return kScalars[random_.below(kScalars.size())];
    std::vector<std::string> keys = {"\"a\":", "\"\\u0062\":", "\"c\":"};
    std::string text;
    for (auto left = random_.below(4); left > 0; --left) {
      text += text.empty() ? "" : ",";
      if (kind == 2) text += take(keys);
      text += value(depth - 1);
    }
    return kind == 1 ? "[" + text + "]" : "{" + text + "}";
  }

 private:
  std::string take(std::vector<std::string>& keys) {
    const std::size_t at = random_.below(keys.size());
    std::string key = keys[at];
    keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(at));
    return key;
  }
  json::RandomJson random_{11};
};

TEST(Equality, IsEqualityOfKeys) {
  SmallJson random;
  int equal = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = "[" + random.value(2) + "," + random.value(2) + "]";
    const auto document = json::parse(text);
    ASSERT_TRUE(document) << text;
    const json::Value a = document->root().first();
    const json::Value b = a.after();
    const bool expected = key_of(a) == key_of(b);
    ASSERT_EQ(are_equal(a, b), expected) << text;
    ASSERT_EQ(are_equal(b, a), expected) << text;
    equal += expected;
  }
  EXPECT_GT(equal, 500);
}

TEST(Equality, FindsEqualElementsAmongFewAndMany) {
  SmallJson random;
  int unique = 0;
  for (int i = 0; i < 4'000; ++i) {
    std::string text = "[";
    const int size = i % 40;
    for (int j = 0; j < size; ++j) text += (j == 0 ? "" : ",") + (i % 3 == 0 ? random.value(2) : "[" + std::to_string(j) + "]");
    if (i % 3 == 2 && size > 1) text += ",[" + std::to_string(i % size) + ".0]";
    const auto document = json::parse(text + "]");
    text += "]";
    const auto parsed = json::parse(text);
    ASSERT_TRUE(parsed) << text;
    std::vector<std::string> keys;
    const json::Value root = parsed->root();
    for (json::Value value = root.first(); !(value == root.end()); value = value.after()) keys.push_back(key_of(value));
    std::vector<std::string> sorted = keys;
    std::ranges::sort(sorted);
    const bool expected = std::ranges::adjacent_find(sorted) != sorted.end();
    const auto found = find_equal_elements(root);
    ASSERT_EQ(found.has_value(), expected) << text;
    if (found) ASSERT_EQ(keys[found->first], keys[found->second]) << text;
    if (found) ASSERT_NE(found->first, found->second);
    unique += !expected;
  }
  EXPECT_GT(unique, 1'000);
}

TEST(Equality, ComparesDeepObjectsInOtherOrderOnce) {
  // Comparing the first member before the order of keys is known would double the work at each of these levels.
  std::string a = "1";
  std::string b = "1";
  for (int i = 0; i < 120; ++i) {
    a = R"({"a":)" + a + R"(,"b":1,"c":2})";
    b = R"({"a":)" + b + R"(,"c":2,"b":1})";
  }
  const std::string text = "[" + a + "," + b + "]";
  const auto document = json::parse(text);
  ASSERT_TRUE(document);
  EXPECT_TRUE(are_equal(document->root().first(), document->root().first().after()));
}

}  // namespace
}  // namespace millrace::jsonschema
