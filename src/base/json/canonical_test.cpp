#include "base/json/canonical.hpp"

#include <gtest/gtest.h>

#include "base/json/random_json.hpp"

namespace millrace::json {
namespace {

using namespace std::string_literals;

std::string canonical(std::string_view text) {
  const auto document = parse(text);
  if (!document) return document.error().message;
  std::string out;
  append_canonical(out, document->root());
  return out;
}

TEST(JsonCanonical, HasOneSpellingForEachString) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"("\/")", R"("/")"},
      {R"("\u0041")", R"("A")"},
      {R"("\u0022\u005C\u002f")", R"("\"\\/")"},
      {R"("\uD83D\uDE00")", "\"\xF0\x9F\x98\x80\""},
      {R"("\u00e9")", "\"\xC3\xA9\""},
      {R"("\u0000\u001F\u007f")", "\"\\u0000\\u001f\x7F\""},
      {R"("\u0008\u000C\u000a\u000D\u0009")", R"("\b\f\n\r\t")"},
      {R"("\b\f\n\r\t\"\\")", R"("\b\f\n\r\t\"\\")"},
      {R"("\\u0041")", R"("\\u0041")"},
      {R"("\u2028")", "\"\xE2\x80\xA8\""},
  };
  for (const auto& [text, expected] : rows) EXPECT_EQ(canonical(text), expected) << text;
}

TEST(JsonCanonical, KeepsNumbersAndOrder) {
  EXPECT_EQ(canonical(" { \"b\" : 1.50 , \"a\" : [ 1E+400 , -0 , 12345678901234567890 ] } "),
            R"({"b":1.50,"a":[1E+400,-0,12345678901234567890]})");
  EXPECT_EQ(canonical("[ ]"), "[]");
  EXPECT_EQ(canonical("{\n}"), "{}");
  EXPECT_EQ(canonical("[[ ],{ \"a\":{ }},[1,[ 2]]]"), R"([[],{"a":{}},[1,[2]]])");
}

TEST(JsonCanonical, OfAnySpellingIsTheOneSpelling) {
  RandomJson random(1);
  for (int round = 0; round < 3000; ++round) {
    const Spellings spellings = random.value();
    ASSERT_EQ(canonical(spellings.noisy), spellings.canonical) << spellings.noisy;
    ASSERT_EQ(canonical(spellings.canonical), spellings.canonical);
  }
}

TEST(JsonCanonical, AppendsInnerValuesToo) {
  const auto document = parse(R"({"a": [1, {"b": "\u0041"}], "c": 2})");
  ASSERT_TRUE(document.has_value());
  std::string out = "x";
  append_canonical(out, *document->root().find("a"));
  EXPECT_EQ(out, R"(x[1,{"b":"A"}])");
}

TEST(JsonCanonical, LeavesOutAMemberAtTheTop) {
  const std::vector<std::array<std::string, 3>> rows = {
      {R"({"id":1})", "id", "{}"},
      {R"({ "id" : 1 , "a" : 2 })", "id", R"({"a":2})"},
      {R"({"a":2,"id":{"x":[1]}})", "id", R"({"a":2})"},
      {R"({"a":2, "\u0069d":1, "b":3})", "id", R"({"a":2,"b":3})"},
      {R"({"a":{"id":1}})", "id", R"({"a":{"id":1}})"},
      {R"({"a":1,"b":2})", "c", R"({"a":1,"b":2})"},
      {"{ }", "id", "{}"},
  };
  for (const auto& [text, key, expected] : rows) {
    const auto document = parse(text);
    ASSERT_TRUE(document.has_value());
    std::string out;
    append_canonical_without(out, document->root(), key);
    EXPECT_EQ(out, expected) << text;
  }
}

TEST(JsonCanonical, LeavingOutAnyMemberIsWritingTheOthers) {
  RandomJson random(9);
  for (int round = 0; round < 1000; ++round) {
    const Spellings spellings = random.value(2);
    const auto noisy = parse(spellings.noisy);
    const auto clean = parse(spellings.canonical);
    ASSERT_TRUE(noisy && clean);
    if (!clean->root().is(Kind::object)) continue;
    for (Value key = clean->root().first(); key != clean->root().end(); key = key.after().after()) {
      std::string expected;
      for (Value at = clean->root().first(); at != clean->root().end(); at = at.after().after()) {
        if (at != key) expected += fmt::format("{}{}:{}", expected.empty() ? "" : ",", at.text(), at.after().text());
      }
      std::string from_noisy;
      std::string from_clean;
      append_canonical_without(from_noisy, noisy->root(), key.string());
      append_canonical_without(from_clean, clean->root(), key.string());
      ASSERT_EQ(from_noisy, "{" + expected + "}");
      ASSERT_EQ(from_clean, "{" + expected + "}");
    }
  }
}

TEST(JsonCanonical, QuotesCharacters) {
  EXPECT_EQ(json::quoted(""), "\"\"");
  EXPECT_EQ(json::quoted("a/b"), "\"a/b\"");
  EXPECT_EQ(json::quoted("\0\x01\x1F\x7F\b\f\n\r\t\"\\"s), "\"\\u0000\\u0001\\u001f\x7F\\b\\f\\n\\r\\t\\\"\\\\\"");
  EXPECT_EQ(json::quoted("\xC3\xA9 and \xF0\x9F\x98\x80"), "\"\xC3\xA9 and \xF0\x9F\x98\x80\"");
}

TEST(JsonCanonical, QuotingUndoesDecoding) {
  RandomJson random(2);
  for (int round = 0; round < 5000; ++round) {
    const Spellings spellings = random.string();
    const auto document = parse(spellings.noisy);
    ASSERT_TRUE(document.has_value()) << spellings.noisy;
    ASSERT_EQ(json::quoted(document->root().string()), spellings.canonical);
  }
}

}  // namespace
}  // namespace millrace::json
