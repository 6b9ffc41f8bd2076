#include "hocon/parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::hocon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Options options_with(std::map<std::string, std::string> variables = {}) {
  Options options;
  options.environment = [variables = std::move(variables)](const std::string& name) {
    auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  return options;
}

std::string json_of(std::string_view text, const Options& options = options_with()) {
  const auto value = parse_text(text, "test.conf", ".", options);
  return value ? to_json(*value) : to_string(value.error().front());
}

std::vector<std::string> problems_of(std::string_view text, const Options& options = options_with()) {
  std::vector<std::string> problems;
  const auto value = parse_text(text, "test.conf", ".", options);
  if (value) return problems;
  for (const Problem& problem : value.error()) problems.push_back(to_string(problem));
  return problems;
}

std::string place_of(const Value& root, std::initializer_list<std::string_view> path) {
  const Value* value = &root;
  for (std::string_view key : path) value = value->find(key);
  return to_string(value->place);
}

TEST(Hocon, MeshqlConfig) {
  constexpr std::string_view kText = R"(
    port = ${?PORT}
    url = ${?PLATFORM_URL}     # undefined: no member
    henDB = { type = "mongo", uri = ${?MONGO_URI}, db = ${?PREFIX}_${?ENV}, collection = ${?PREFIX}-${?ENV}-hen, options { directConnection = true } }
    graphlettes = [ { storage = ${henDB}, url = "http://farm:"${?PORT}"/hen/graph" } ]
  )";
  EXPECT_EQ(
      json_of(kText, options_with({{"PORT", "5000"}, {"PREFIX", "dev"}, {"ENV", "x"}, {"MONGO_URI", "mongodb://h"}})),
      R"({"port":"5000","henDB":{"type":"mongo","uri":"mongodb://h","db":"dev_x","collection":"dev-x-hen","options":{"directConnection":true}},)"
      R"("graphlettes":[{"storage":{"type":"mongo","uri":"mongodb://h","db":"dev_x","collection":"dev-x-hen","options":{"directConnection":true}},)"
      R"("url":"http://farm:5000/hen/graph"}]})");
  EXPECT_EQ(
      json_of(kText),
      R"({"henDB":{"type":"mongo","db":"_","collection":"--hen","options":{"directConnection":true}},)"
      R"("graphlettes":[{"storage":{"type":"mongo","db":"_","collection":"--hen","options":{"directConnection":true}},"url":"http://farm:/hen/graph"}]})");
}

TEST(Hocon, EnvironmentIsTheLastResort) {
  const Options options = options_with({{"A", "from outside"}, {"N", "x"}, {"a.b", "dotted"}, {"EMPTY", ""}});
  EXPECT_EQ(json_of("A = 1, v = ${A}", options), R"({"A":1,"v":1})");
  EXPECT_EQ(json_of("v = ${A}", options), R"({"v":"from outside"})");
  EXPECT_EQ(json_of("N = null, v = ${N}", options), R"({"N":null,"v":null})");
  EXPECT_EQ(json_of("v = ${?EMPTY}", options), R"({"v":""})");
  EXPECT_EQ(json_of("v = 1, v = ${?A}, w = 1, w = ${?B}", options), R"({"v":"from outside","w":1})");
  EXPECT_EQ(json_of("A = ${?A}", options), R"({"A":"from outside"})");
  EXPECT_EQ(json_of("A += 1", options), R"({"A":[1]})");
  EXPECT_EQ(json_of("v = ${a.b}", options), R"({"v":"dotted"})");
}

TEST(Hocon, ProcessEnvironmentWhenNoneIsGiven) {
  ASSERT_EQ(::setenv("MILLRACE_HOCON_TEST", "here", 1), 0);
  EXPECT_EQ(json_of("v = ${MILLRACE_HOCON_TEST}", {}), R"({"v":"here"})");
}

TEST(Hocon, Places) {
  const auto value = parse_text("a = 1\nb {\n  c = [ x,\n    \"y\" ]\n}\nd.e = ${a}\nf = ${X}\ng = { h = 1 }\n g { i = 2 }", "dir/x.conf",
                                ".", options_with({{"X", "env"}}));
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(place_of(*value, {"a"}), "dir/x.conf:1:5");
  EXPECT_EQ(place_of(*value, {"b"}), "dir/x.conf:2:3");
  EXPECT_EQ(place_of(*value, {"b", "c"}), "dir/x.conf:3:7");
  EXPECT_EQ(to_string(value->find("b")->find("c")->items[0].place), "dir/x.conf:3:9");
  EXPECT_EQ(to_string(value->find("b")->find("c")->items[1].place), "dir/x.conf:4:5");
  EXPECT_EQ(place_of(*value, {"d", "e"}), "dir/x.conf:1:5") << "what a substitution brings is where it was written";
  EXPECT_EQ(place_of(*value, {"f"}), "dir/x.conf:7:5") << "what the environment gives is at the substitution";
  EXPECT_EQ(place_of(*value, {"g"}), "dir/x.conf:8:5");
}

TEST(Hocon, PlacesOfKeys) {
  const auto value = parse_text("a = 1\n  b.\"c\".d = 2\n a = 3\n b { x = 1 }", "x.conf", ".", options_with());
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(to_string(value->members[0].place), "x.conf:1:1") << "where the key first appears";
  const Member& b = value->members[1];
  EXPECT_EQ(to_string(b.place), "x.conf:2:3");
  EXPECT_EQ(to_string(b.value.members[0].place), "x.conf:2:5");
  EXPECT_EQ(to_string(b.value.members[0].value.members[0].place), "x.conf:2:9");
  EXPECT_EQ(to_string(b.value.members[1].place), "x.conf:4:6");
}

TEST(Hocon, KeysKeepTheirOrder) {
  EXPECT_EQ(json_of("z = 1, a { q = 1, b = 2 }, m = 3, a { c = 3, q = 4 }, z = 2"), R"({"z":2,"a":{"q":4,"b":2,"c":3},"m":3})");
  EXPECT_EQ(json_of("a = ${b} { z = 1, x = 2 }, b { y = 0, x = 0 }"), R"({"a":{"y":0,"x":2,"z":1},"b":{"y":0,"x":0}})");
}

TEST(Hocon, NumbersKeepTheirCharacters) {
  EXPECT_EQ(json_of("a = 12345678901234567890, b = 1e400, c = 45.20, d = -0.0, e = 1E+2"),
            R"({"a":12345678901234567890,"b":1e400,"c":45.20,"d":-0.0,"e":1E+2})");
}

TEST(Hocon, SyntaxProblemsAreReportedTogether) {
  EXPECT_THAT(
      problems_of("a = http://x\nb = [1,,2]\nc = \"open\nd { e = , f = 2 }\ng = ${h\ni = 1\n@ = 2\n"),
      ElementsAre(HasSubstr("test.conf:1:9: A comma or a new line is missing before :"), HasSubstr("test.conf:2:8: A comma needs a value"),
                  HasSubstr("test.conf:3:5: This string is not closed"), HasSubstr("test.conf:4:9: A value is expected here, and not ,"),
                  HasSubstr("test.conf:5:8: The } that closes the substitution"), HasSubstr("test.conf:7:1: The character @")));
}

TEST(Hocon, SubstitutionProblemsAreReportedTogether) {
  EXPECT_THAT(
      problems_of("database = 1\na = ${databse}\nb = [ ${x.y}, { c = ${b} } ]\nd = ${database}[]\nok = ${a}\n"),
      ElementsAre(
          HasSubstr("test.conf:2:5: ${databse} is defined neither in the config nor in the environment. (Did you mean ${database}?)"),
          HasSubstr("test.conf:3:7: ${x.y} is defined neither"), HasSubstr("test.conf:3:21: ${b} leads back to itself"),
          HasSubstr("test.conf:4:16: This joins a string and an array")));
}

TEST(Hocon, BracketsThatDoNotMatch) {
  EXPECT_THAT(problems_of("a = [1,\n{ c = 1 ]\nb = 2"),
              ElementsAre(HasSubstr("test.conf:2:9: This should be the } that closes line 2, column 1")));
  EXPECT_THAT(problems_of("a { b = [1, 2 }\nc = 1\n"),
              ElementsAre(HasSubstr("test.conf:1:15: This should be the ] that closes line 1, column 9")));
  EXPECT_THAT(problems_of("a = 1 }\n]\nb = 2"),
              ElementsAre(HasSubstr("test.conf:1:7: This } closes nothing"), HasSubstr("test.conf:2:1: This ] closes nothing")));
  EXPECT_THAT(problems_of("a { b { c = 1"),
              ElementsAre(HasSubstr("test.conf:1:14: The file ends before the } that closes line 1, column 7")));
}

TEST(Hocon, NearPathsAreSuggested) {
  EXPECT_THAT(problems_of("farm { name = x, db { uri = y } }\na = ${farm.nane}"), ElementsAre(HasSubstr("Did you mean ${farm.name}?")));
  EXPECT_THAT(problems_of("farm { name = x, db { uri = y } }\na = ${frm.db.uri}"), ElementsAre(HasSubstr("Did you mean ${farm.db.uri}?")));
  EXPECT_THAT(problems_of("base { uri = x }\nfarm = ${base} { name = x }\na = ${farm.nane}"),
              ElementsAre(HasSubstr("Did you mean ${farm.name}?")));
  EXPECT_THAT(problems_of("a = ${PORT}"), ElementsAre(HasSubstr("Write ${?PORT} when it may be missing.")));
}

TEST(Hocon, CyclesNameTheirWay) {
  EXPECT_THAT(problems_of("a = ${b}\nb = ${c}x\nc = ${a}"),
              ElementsAre(HasSubstr(
                  "test.conf:3:5: ${a} leads back to itself, and there is no earlier value to take. (The way is ${b} in line 1, ${c} "
                  "in line 2, ${a} in line 3, and back.)")));
}

TEST(Hocon, Referenced) {
  const auto value = parse_text(
      "base { uri = x, other = y }\nhen = ${base}\ncoop = ${?farm.x.y}\nfarm { x { y = 1, z = 2 } }\nlist += 1\nlist += 2\nport = 1\nport "
      "= ${port}0\n"
      "self { a = 1, b = ${self.a} }\nunused = ${?nothing}\nold = ${hidden}\nold = 1\nhidden = 2",
      "x.conf", ".", options_with());
  ASSERT_TRUE(value.has_value());
  std::vector<std::string> referenced;
  for (const Member& member : value->members) {
    if (member.value.referenced) referenced.push_back(member.key);
  }
  EXPECT_THAT(referenced, ElementsAre("base", "farm", "hidden"));
  EXPECT_TRUE(value->find("farm")->find("x")->find("y")->referenced);
  EXPECT_FALSE(value->find("farm")->find("x")->find("z")->referenced);
  EXPECT_TRUE(value->find("self")->find("a")->referenced);
  EXPECT_FALSE(value->find("base")->find("uri")->referenced);
}

TEST(Hocon, AppendInsideArraysStaysInTheElement) {
  EXPECT_EQ(json_of("base { t = [0] }\na = [ ${base} { t += 1, t += 2 }, { t += 3 } ]\nt = [9]"),
            R"({"base":{"t":[0]},"a":[{"t":[0,1,2]},{"t":[3]}],"t":[9]})");
}

TEST(Hocon, LooksForwardWithoutSideEffects) {
  // What c is as a whole needs e, but where c.f leads does not.
  EXPECT_EQ(json_of("e = ${?c.f.b}\"x\"\nc = ${?f.d} [${?e}]"), R"({"e":"x","c":["x"]})");
  EXPECT_EQ(json_of("bar = ${base}\nbase = { foo = 42, baz = ${bar.foo} }"), R"({"bar":{"foo":42,"baz":42},"base":{"foo":42,"baz":42}})");
  EXPECT_EQ(json_of("a { x = ${a.y}, y = 1 }\na = ${b}\nb { y = 2 }"), R"({"a":{"x":2,"y":2},"b":{"y":2}})");
}

TEST(Hocon, InvalidText) {
  EXPECT_THAT(problems_of("a = \"b\xff\"\n"), ElementsAre(HasSubstr("test.conf:1:7: This byte is not UTF-8")));
  EXPECT_THAT(problems_of("a = 1\nb = \xed\xa0\x80\n"), ElementsAre(HasSubstr("test.conf:2:5: This byte is not UTF-8")));
  EXPECT_EQ(json_of(std::string_view("a = \"\\u0000\"")), R"({"a":"\u0000"})");
}

}  // namespace
}  // namespace millrace::hocon
