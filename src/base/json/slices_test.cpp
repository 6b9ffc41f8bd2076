#include "base/json/slices.hpp"

#include <gtest/gtest.h>

#include "base/json/canonical.hpp"
#include "base/json/random_json.hpp"

namespace millrace::json {
namespace {

void expect_agreement(std::string_view text, Value value);

void expect_same_members(std::string_view text, Value object) {
  Members members(text);
  std::string_view key;
  std::string_view value;
  for (Value at = object.first(); at != object.end(); at = at.after().after()) {
    ASSERT_TRUE(members.next(key, value)) << text;
    ASSERT_EQ(key, at.text());
    ASSERT_EQ(member(text, key), at.after().text());
    expect_agreement(key, at);
    expect_agreement(value, at.after());
  }
  EXPECT_FALSE(members.next(key, value)) << text;
}

void expect_same_elements(std::string_view text, Value array) {
  Elements elements(text);
  std::string_view element;
  for (Value at = array.first(); at != array.end(); at = at.after()) {
    ASSERT_TRUE(elements.next(element)) << text;
    expect_agreement(element, at);
  }
  EXPECT_FALSE(elements.next(element)) << text;
}

/// Everything that slices say about the text is what the parsed value says.
void expect_agreement(std::string_view text, Value value) {
  ASSERT_EQ(text, value.text());
  ASSERT_EQ(kind_of(text), value.kind());
  ASSERT_EQ(skip_value(text.data(), text.data() + text.size()), text.data() + text.size());
  if (value.is(Kind::string)) ASSERT_EQ(decode_string(text), value.string());
  if (value.is(Kind::object)) expect_same_members(text, value);
  if (value.is(Kind::array)) expect_same_elements(text, value);
}

TEST(JsonSlices, AgreeWithTheParsedDocument) {
  RandomJson random(5);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random.value().canonical;
    const auto document = parse(text);
    ASSERT_TRUE(document.has_value()) << text;
    expect_agreement(text, document->root());
  }
}

TEST(JsonSlices, FindAMemberByItsQuotedKey) {
  const std::string_view object = R"({"a":{"b":1},"b":"}\"{","c":[[],{}],"d\n":-1.5e3,"e":null})";
  EXPECT_EQ(member(object, "\"a\""), R"({"b":1})");
  EXPECT_EQ(member(object, "\"b\""), R"("}\"{")");
  EXPECT_EQ(member(object, "\"c\""), "[[],{}]");
  EXPECT_EQ(member(object, "\"d\\n\""), "-1.5e3");
  EXPECT_EQ(member(object, "\"e\""), "null");
  EXPECT_EQ(member(object, "\"f\""), "");
  EXPECT_EQ(member(object, "\"\""), "");
  EXPECT_EQ(member("{}", "\"a\""), "");
}

TEST(JsonSlices, NothingIsAMemberOfWhatIsNoObject) {
  for (const std::string_view text : {"", "[]", "[\"a\",1]", "\"a\"", "1", "null"}) EXPECT_EQ(member(text, "\"a\""), "") << text;
}

TEST(JsonSlices, SkipStopsAtTheEndOfEachValue) {
  for (const std::string_view value : {"1", "-1.5e+3", "true", "null", "\"\"", "\"a\\\"b\\\\\"", "[]", "{}", "[{\"]\":\"}\"},[[]]]"}) {
    for (const std::string_view after : {"", ",1", "}", "]"}) {
      const std::string text = std::string(value) + std::string(after);
      EXPECT_EQ(skip_value(text.data(), text.data() + text.size()), text.data() + value.size()) << text;
    }
  }
}

TEST(JsonSlices, KeysWithEscapesAreFoundByTheirCanonicalSpelling) {
  RandomJson random(6);
  for (int round = 0; round < 500; ++round) {
    const std::string key = random.string().canonical;
    const std::string object = "{" + json::quoted("another " + key) + ":0," + key + ":[1,\"" + std::string(round % 40, 'x') + "\"]}";
    EXPECT_EQ(member(object, key), "[1,\"" + std::string(round % 40, 'x') + "\"]") << object;
  }
}

// Damaged text has no meaning, but nothing reads outside of it: the exact allocation lets the sanitizer see.
TEST(JsonSlices, StayWithinBoundsOnDamagedText) {
  RandomJson random(8);
  std::size_t slices = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string text = "{\"a\":" + random.value(3).canonical + "}";
    const std::size_t size = 1 + random.below(text.size());
    const std::unique_ptr<char[]> exact(new char[size]);
    std::copy_n(text.begin(), size, exact.get());
    Members members({exact.get(), size});
    std::string_view key;
    std::string_view value;
    while (members.next(key, value)) slices += value.size();
  }
  EXPECT_GT(slices, 0u);
}

}  // namespace
}  // namespace millrace::json
