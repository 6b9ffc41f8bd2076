#include "document/filter_parser.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace millrace::document {
namespace {

const Place kWhere{.file = "config.conf", .line = 3, .column = 5};

std::string describe(const Filter& filter) {
  static const char* const kNames[] = {"=", "!=", "<", "<=", ">", ">=", "in", "not in", "prefix", "regex", "exists"};
  if (filter.kind == Filter::Kind::compare) {
    const std::string operand = filter.operand.is_literal() ? filter.operand.literal : "$" + std::to_string(filter.operand.parameter);
    return filter.path.to_string() + ' ' + kNames[static_cast<std::size_t>(filter.comparison)] + ' ' + operand;
  }
  std::string text = filter.kind == Filter::Kind::all ? "all(" : filter.kind == Filter::Kind::any ? "any(" : "none(";
  for (const Filter& child : filter.children) text += (text.ends_with('(') ? "" : ", ") + describe(child);
  return text + ")";
}

struct Row {
  std::string_view text;
  std::string_view filter;
  std::vector<std::string> names = {};
};

const std::vector<Row> kRows = {
    {"{}", "all()"},
    {R"({"id": "{{id}}"})", "id = $0", {"id"}},
    {R"({"payload.name": "{{name}}"})", "payload.name = $0", {"name"}},
    {R"({"name": "{{{ name }}}"})", "payload.name = $0", {"name"}},
    {R"({"n": {{n}}})", "payload.n = $0", {"n"}},
    {R"({"n": {{{n}}}})", "payload.n = $0", {"n"}},
    {R"({"a": {"$in": {{list}}}, "b": {"$in": ["{{x}}", 1]}})", "all(payload.a in $0, any(payload.b = $1, payload.b = 1))", {"list", "x"}},
    {R"({"b": {"$nin": ["{{x}}", 1]}})", "all(payload.b != $0, payload.b != 1)", {"x"}},
    {R"({"a": "{{x}}", "b": "{{y}}", "c": "{{x}}"})", "all(payload.a = $0, payload.b = $1, payload.c = $0)", {"x", "y"}},
    {R"({"a": {"$gte": 1.50, "$lt": "{{most}}"}})", "all(payload.a >= 1.50, payload.a < $0)", {"most"}},
    {R"({"a": {"$eq": null}, "b": {"$ne": [1, {"x": 2}]}})", R"(all(payload.a = null, payload.b != [1,{"x":2}]))"},
    {R"({"a": {"x": 1}})", R"(payload.a = {"x":1})"},
    {R"({"a": {"$exists": false}})", "payload.a exists false"},
    {R"({"a": {"$prefix": "{{p}}"}})", "payload.a prefix $0", {"p"}},
    {R"({"a": {"$regex": "x.y", "$options": "is"}})", R"(payload.a regex "(?is)x.y")"},
    {R"({"a": {"$not": {"$regex": "^x"}}})", R"(none(payload.a regex "^x"))"},
    {R"({"$or": [{"a": 1}, {"$and": [{"b": 2}, {"c": 3}]}], "$nor": [{"d": 4}]})",
     "all(any(payload.a = 1, all(payload.b = 2, payload.c = 3)), none(payload.d = 4))"},
    {R"({"a": "é\u00e9\/"})", R"(payload.a = "éé/")"},
    {"{\n  \"a\": \"{{ x }}\"\n}", "payload.a = $0", {"x"}},
};

TEST(ParseFilterTemplate, ReadsTheLanguage) {
  for (const Row& row : kRows) {
    std::vector<std::string> names;
    const auto filter = parse_filter_template(row.text, names, kWhere);
    ASSERT_TRUE(filter) << row.text << ": " << filter.error().at(0).message;
    EXPECT_EQ(describe(*filter), row.filter) << row.text;
    EXPECT_EQ(names, row.names) << row.text;
  }
}

TEST(ParseFilterTemplate, NamesThatAreKnownKeepTheirNumbers) {
  std::vector<std::string> names = {"at", "name"};
  const auto filter = parse_filter_template(R"({"a": "{{name}}", "b": "{{other}}"})", names, kWhere);
  ASSERT_TRUE(filter);
  EXPECT_EQ(describe(*filter), "all(payload.a = $1, payload.b = $2)");
  EXPECT_EQ(names, (std::vector<std::string>{"at", "name", "other"}));
}

struct Refused {
  std::string_view text;
  std::string_view message;  // part of it
};

const std::vector<Refused> kRefused = {
    {R"({"a": "x-{{name}}"})", "Template 1:10: The parameter \"name\" is mixed"},
    {R"({"a": "{{name}}x"})", "is mixed"},
    {R"({"a": "{{x}}{{y}}"})", "is mixed"},
    {R"({"a": "\"{{x}}"})", "is mixed"},
    {R"({"{{field}}": 1})", "cannot stand for the name of a field"},
    {R"({{{field}}: 1})", "Template"},
    {R"({"a": {"{{operator}}": 1}})", "whole value"},
    {R"({"a": {"$eq": 1, "{{operator}}": 1}})", "cannot stand for the name of a field"},
    {R"({{#if x}}{"a": 1}{{/if}})", "Template 1:1: A template takes plain parameters"},
    {R"({"a": "{{x.y}}"})", "plain parameters"},
    {R"({"a": "{{x"})", "not closed"},
    {R"({"a": {"$regex": "{{x}}"}})", "not a parameter"},
    {R"({"a": {"$regex": "("}})", "RE2 cannot take"},
    {R"({"a": {"$regex": "a", "$options": "x"}})", "letters i, m and s"},
    {R"({"a": {"$options": "i"}})", "\"$options\" is not known"},
    {"{\n \"a\": {\"$gtt\": 1}}", "Template 2:8: The operator \"$gtt\" is not known"},
    {R"({"$where": "1"})", "\"$where\" is not known here"},
    {R"({"a": {"$gt": null}})", "have an order"},
    {R"({"a": {"$in": "x"}})", "take an array"},
    {R"({"a": {"$prefix": 1}})", "is a string"},
    {R"({"a": {"$exists": "yes"}})", "true or false"},
    {R"({"a": ["{{x}}"]})", "whole value"},
    {R"({"a": {"b": "{{x}}"}})", "whole value"},
    {R"({"a": {"$not": 1}})", "$not takes operators"},
    {R"({"$or": []})", "array of one filter or more"},
    {R"({"$or": ["{{x}}"]})", "A filter is an object"},
    {R"("{{x}}")", "A filter is an object"},
    {R"([1])", "A filter is an object"},
    {R"({"a..b": 1})", "is not a path"},
    {R"({"a": 1)", "Template: "},
    {R"({"a": 1, "a": 2})", "Template: "},
    {"", "Template: "},
};

TEST(ParseFilterTemplate, RefusesWhatItCannotRead) {
  for (const Refused& row : kRefused) {
    std::vector<std::string> names;
    const auto filter = parse_filter_template(row.text, names, kWhere);
    ASSERT_FALSE(filter) << row.text << " became " << describe(*filter);
    EXPECT_NE(filter.error().at(0).message.find(row.message), std::string::npos) << row.text << ": " << filter.error().at(0).message;
    EXPECT_EQ(filter.error().at(0).place.file, "config.conf");
  }
}

TEST(ParseFilterTemplate, ReportsEveryProblem) {
  std::vector<std::string> names;
  const auto filter = parse_filter_template(R"({"a": {"$gtt": 1}, "$xor": [], "b": {"$lt": true}})", names, kWhere);
  ASSERT_FALSE(filter);
  ASSERT_EQ(filter.error().size(), 3u);
  EXPECT_EQ(filter.error()[0].hint, "Did you mean \"$gt\"?");
}

TEST(ParseFilter, ReadsWhatARequestBrings) {
  const auto filter = parse_filter(R"({"name":"x","payload.eggs":{"$gte":1,"_lt":5},"_or":[{"a":{"_in":[1]}},{"_b":{"c":1}}]})", "/where");
  ASSERT_TRUE(filter);
  EXPECT_TRUE(matches(*filter, {}, R"({"id":"1","name":"x","eggs":4,"a":1})"));
  EXPECT_TRUE(matches(*filter, {}, R"({"id":"1","name":"x","eggs":4,"_b":{"c":1}})"));
  EXPECT_FALSE(matches(*filter, {}, R"({"id":"1","name":"x","eggs":5,"a":1})"));
  const auto pattern = parse_filter(R"({"name":{"_regex":"^X","_options":"i"}})", "/where");
  ASSERT_TRUE(pattern);
  EXPECT_TRUE(matches(*pattern, {}, R"({"id":"1","name":"xy"})"));
}

TEST(ParseFilter, AMustacheIsTextLikeAnyOther) {
  const auto filter = parse_filter(R"({"name":"{{name}}"})", "/where");
  ASSERT_TRUE(filter);
  EXPECT_TRUE(matches(*filter, {}, R"({"id":"1","name":"{{name}}"})"));
}

TEST(ParseFilter, NamesEveryProblemByItsPlace) {
  const auto filter = parse_filter(R"({"a":{"$gtt":1},"b/c":{"$in":3},"$or":[{"d":1},{"e..f":1}],"$and":[]})", "/where");
  ASSERT_FALSE(filter);
  EXPECT_EQ(filter.error().code, "filter.syntax");
  std::string paths;
  for (const ErrorDetail& detail : filter.error().details) paths += detail.path + ' ';
  EXPECT_EQ(paths, "/where/a/$gtt /where/b~1c/$in /where/$or/1/e..f /where/$and ");
}

TEST(ParseFilter, IsBounded) {
  EXPECT_EQ(parse_filter("{\"a\":\"" + std::string(70'000, 'x') + "\"}", "").error().code, "filter.too_large");
  std::string deep = "{}";
  for (int i = 0; i < 20; ++i) deep = "{\"$and\":[" + deep + "]}";
  EXPECT_EQ(parse_filter(deep, "").error().code, "filter.too_large");
  std::string patterns;
  for (int i = 0; i < 9; ++i) patterns += fmt::format("{}{{\"a\":{{\"$regex\":\"{}\"}}}}", i > 0 ? "," : "", i);
  EXPECT_EQ(parse_filter("{\"$or\":[" + patterns + "]}", "").error().code, "filter.syntax");
  EXPECT_EQ(parse_filter("{\"a\":{\"$regex\":\"" + std::string(1001, 'x') + "\"}}", "").error().code, "filter.syntax");
}

}  // namespace
}  // namespace millrace::document
