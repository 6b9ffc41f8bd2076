// Schemas and documents made to take all of a machine: each ends, and what could not be checked in bounded work is not valid.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/json/document.hpp"
#include "jsonschema/schema.hpp"

namespace millrace::jsonschema {
namespace {

constexpr std::string_view kExhausted = "is nested too deeply or takes too much work to be checked against the schema";

std::string repeated(int count, auto&& part) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ',';
    text += part(i);
  }
  return text;
}

/// The first violation's message; empty for a valid document.
std::string verdict(std::string_view schema, const std::string& instance) {
  const auto compiled = compile(schema, "s");
  if (!compiled) return to_string(compiled.error().front());
  const auto document = json::parse(instance);
  if (!document) return document.error().message;
  const auto violations = compiled->validate(document->root());
  return violations.empty() ? "" : violations.front().message;
}

/// Thirty definitions, each of which asks the next one twice: 2 to the power of thirty ways to the last.
std::string doubling(std::string_view last) {
  const auto part = [](int i) {
    const std::string next = std::to_string(i + 1);
    return "\"" + std::to_string(i) + "\":{\"anyOf\":[{\"$ref\":\"#/definitions/" + next + "\"},{\"$ref\":\"#/definitions/" + next +
           "\"}]}";
  };
  return "{\"definitions\":{" + repeated(30, part) + ",\"30\":" + std::string(last) + "},\"$ref\":\"#/definitions/0\"}";
}

TEST(Hostile, LongTextsThatAreReadTooOften) {
  const std::string text = '"' + std::string(300'000, 'a') + '"';
  EXPECT_EQ(verdict(doubling(R"({"pattern":"^a*b$"})"), text), kExhausted);
  EXPECT_EQ(verdict(doubling(R"({"format":"email"})"), text), kExhausted);
  EXPECT_EQ(verdict(doubling(R"({"enum":[1,[2]]})"), "3"), kExhausted);
}

TEST(Hostile, MembersThatManyPatternsMeet) {
  const std::string schema = "{\"patternProperties\":{" + repeated(300, [](int i) { return "\"(a|b)*" + std::to_string(i) + "$\":{}"; }) +
                             "},\"additionalProperties\":false}";
  const std::string members = "{" + repeated(1000, [](int i) { return "\"ab" + std::to_string(i) + "\":1"; }) + "}";
  EXPECT_EQ(verdict(schema, members), "");
  const std::string wide = doubling(R"({"patternProperties":{"(a|b)*c":true},"minProperties":9999})");
  EXPECT_EQ(verdict(wide, members), kExhausted);
}

TEST(Hostile, EveryFormatTakesALongText) {
  for (std::string_view format : {"date-time", "date", "time", "duration", "email", "idn-email", "hostname", "ipv4", "ipv6", "uri",
                                  "uri-reference", "uri-template", "uuid", "json-pointer", "relative-json-pointer", "regex"})
    for (std::string_view piece : {"a.", "1:", "/~", "{a}", "(", "[", "%41", "@", "-"}) {
      std::string text = "\"";
      while (text.size() < 100'000) text += piece;
      const std::string found = verdict("{\"format\":\"" + std::string(format) + "\"}", text + '"');
      EXPECT_TRUE(found.empty() || found.starts_with("must be a")) << format << ' ' << piece << ' ' << found;
    }
}

TEST(Hostile, ChainsOfReferences) {
  const auto part = [](int i) { return "\"" + std::to_string(i) + "\":{\"$ref\":\"#/definitions/" + std::to_string(i + 1) + "\"}"; };
  const auto chain = [&](int length, const std::string& last) {
    return "{\"definitions\":{" + repeated(length, part) + ",\"" + std::to_string(length) + "\":" + last +
           "},\"$ref\":\"#/definitions/0\"}";
  };
  EXPECT_EQ(verdict(chain(1000, R"({"type":"null"})"), "1"), "must be null");
  EXPECT_EQ(verdict(chain(20'000, R"({"type":"null"})"), "null"), kExhausted);
  EXPECT_THAT(verdict(chain(20'000, R"({"$ref":"#/definitions/0"})"), "null"), testing::HasSubstr("refers back to itself"));
}

TEST(Hostile, LongListsInSchemas) {
  const std::string names = repeated(20'000, [](int i) { return "\"n" + std::to_string(i) + "\""; });
  EXPECT_EQ(verdict("{\"enum\":[" + names + "]}", R"("n19999")"), "");
  EXPECT_THAT(verdict("{\"enum\":[" + names + "]}", R"("x")"), testing::EndsWith("..."));
  EXPECT_EQ(verdict("{\"required\":[" + names + "]}", "{}"), "must have the property \"n0\"");
  const std::string properties = repeated(20'000, [](int i) { return "\"n" + std::to_string(i) + "\":{}"; });
  const std::string unknown = "{" + repeated(2000, [](int i) { return "\"m" + std::to_string(i) + "\":1"; }) + "}";
  EXPECT_THAT(verdict("{\"properties\":{" + properties + "},\"additionalProperties\":false}", unknown),
              testing::StartsWith("is not a property that is allowed here"));
  const auto wrong = compile("{\"items\":[" + repeated(20'000, [](int) { return R"({"type":5})"; }) + "]}", "s");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().size(), 1000u);
}

TEST(Hostile, PatternsThatGrow) {
  EXPECT_THAT(verdict(R"({"pattern":"((a{100}){100}){100}"})", "1"), testing::HasSubstr("RE2 cannot take it"));
  EXPECT_THAT(verdict("{\"pattern\":\"" + std::string(100'000, '(') + "\"}", "1"), testing::HasSubstr("cannot be used"));
  EXPECT_EQ(verdict(R"({"pattern":"^(a|a)*$"})", '"' + std::string(200'000, 'a') + "b\""), "must match the pattern ^(a|a)*$");
}

TEST(Hostile, DynamicReferencesOverManyResources) {
  const auto part = [](int i) {
    return "\"r" + std::to_string(i) + "\":{\"$id\":\"r" + std::to_string(i) +
           "\",\"$dynamicAnchor\":\"a\",\"properties\":{\"x\":{\"$dynamicRef\":\"#a\"}}}";
  };
  const std::string schema =
      R"({"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"http://x.example/root","$dynamicAnchor":"a","type":"object",)"
      R"("allOf":[)" +
      repeated(500, [](int i) { return R"({"$ref":"r)" + std::to_string(i) + R"("})"; }) + "],\"$defs\":{" + repeated(500, part) + "}}";
  std::string deep = "{}";
  for (int i = 0; i < 3; ++i) deep = "{\"x\":" + deep + "}";
  EXPECT_EQ(verdict(schema, deep), kExhausted);
}

}  // namespace
}  // namespace millrace::jsonschema
