#include "app/sdl_json_schema.hpp"

#include <gtest/gtest.h>

#include "base/json/document.hpp"
#include "jsonschema/schema.hpp"

namespace millrace::app {
namespace {

/// Whether documents fit the schema that follows from the type E.
class SdlJsonSchemaTest : public testing::Test {
 protected:
  void make(std::string_view fields, const std::vector<std::string>& relations = {}) {
    auto schema = graphql::build_schema(
        fmt::format(
            "enum C {{ R G }} scalar Odd interface Named {{ name: String! }} type Cat implements Named {{ name: String! lives: Int! }} "
            "type Dog implements Named {{ name: String! }} union Pet = Cat | Dog type In {{ a: Int! up: In }} type E {{ {} }} type Query "
            "{{ e: E }}",
            fields),
        "x");
    ASSERT_TRUE(schema.has_value());
    auto compiled = jsonschema::compile(json_schema_of(*(*schema)->type("E"), relations), "x");
    ASSERT_TRUE(compiled.has_value()) << to_string(compiled.error().front());
    schema_ = std::make_unique<jsonschema::Schema>(*std::move(compiled));
  }
  bool fits(const std::string& document) const { return schema_->validate(json::parse(document)->root()).empty(); }

  std::unique_ptr<jsonschema::Schema> schema_;
};

TEST_F(SdlJsonSchemaTest, FollowsTheTypes) {
  make("id: ID! name: String! n: Int f: Float b: Boolean c: C d: DateTime l: [Int!] i: In j: JSON");
  EXPECT_TRUE(fits(R"({"name":"a"})"));
  EXPECT_TRUE(fits(
      R"({"name":"a","n":1,"f":1.5,"b":true,"c":"R","d":"2024-01-01T00:00:00Z","l":[1],"i":{"a":1,"up":{"a":2}},"j":{"x":[]},"more":1})"));
  EXPECT_TRUE(fits(R"({"name":"a","n":null,"c":null,"l":null,"i":null})"));
  for (const char* wrong : {R"({})", R"({"name":null})", R"({"name":"a","n":1.5})", R"({"name":"a","n":3000000000})",
                            R"({"name":"a","c":"B"})", R"({"name":"a","d":"x"})", R"({"name":"a","l":[null]})", R"({"name":"a","i":{}})"})
    EXPECT_FALSE(fits(wrong)) << wrong;
}

TEST_F(SdlJsonSchemaTest, WritesATypeOnceHoweverOftenItIsMet) {
  std::string fields;
  for (int i = 0; i < 30; ++i) fields += fmt::format("f{}: E ", i);
  make(fields + "n: Int");
  EXPECT_TRUE(fits(R"({"f1":{"f2":{"n":1}}})"));
  EXPECT_FALSE(fits(R"({"f1":{"f2":{"n":"x"}}})"));
  EXPECT_LT(schema_->text().size(), 10'000u);
}

TEST_F(SdlJsonSchemaTest, HasARuleForEveryConstruct) {
  struct Row {
    std::string_view field;
    std::vector<std::string_view> right;
    std::vector<std::string_view> wrong;
  };
  const Row rows[] = {
      {"ID", {"null", R"("a")"}, {"7", "true", "[]"}},
      {"ID!", {R"("a")"}, {"null"}},
      {"Int", {"null", "-2147483648", "1e2"}, {"2147483648", "1.5", R"("1")"}},
      {"Float!", {"1", "-1.5e300"}, {"null", R"("1")"}},
      {"Boolean", {"null", "true"}, {"0", R"("true")"}},
      {"String!", {R"("")"}, {"null", "1"}},
      {"C", {"null", R"("R")"}, {R"("r")", "1"}},
      {"C!", {R"("G")"}, {"null"}},
      {"DateTime", {"null", R"("2024-01-01T12:00:00Z")"}, {R"("2024-01-01")", "1"}},
      {"Date!", {R"("2024-02-29")"}, {"null", R"("2023-02-29")"}},
      {"JSON", {"null", "1", R"({"a":[]})"}, {}},
      {"JSON!", {"1", "[]"}, {"null"}},
      {"Odd!", {"1", "{}"}, {"null"}},
      {"[Int]", {"null", "[]", "[null,1]"}, {"1", "[1.5]"}},
      {"[Int!]!", {"[]", "[1]"}, {"null", "[null]"}},
      {"[[C!]]", {"[[]]", "[null]", R"([["R"]])"}, {"[[null]]", R"(["R"])"}},
      {"In!", {R"({"a":1})", R"({"a":1,"up":{"a":2},"more":1})"}, {"null", "{}", R"({"a":1,"up":{}})"}},
      {"[In!]", {R"([{"a":1}])"}, {"[null]", R"([{"a":null}])"}},
      {"Pet", {"null", R"({"name":"x"})", R"({"name":"x","lives":9})"}, {"1", R"({"lives":9})", R"({"name":1})"}},
      {"Named!", {R"({"name":"x"})"}, {"null", R"("x")", "{}"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.field);
    make(fmt::format("f: {}", row.field));
    for (std::string_view value : row.right) EXPECT_TRUE(fits(fmt::format(R"({{"f":{}}})", value))) << value;
    for (std::string_view value : row.wrong) EXPECT_FALSE(fits(fmt::format(R"({{"f":{}}})", value))) << value;
    EXPECT_EQ(fits("{}"), !row.field.ends_with('!'));
  }
}

TEST_F(SdlJsonSchemaTest, LeavesRelationsOut) {
  make("name: String i: In!", {"E.i"});
  EXPECT_TRUE(fits("{}"));
  EXPECT_TRUE(fits(R"({"i":5})"));
}

}  // namespace
}  // namespace millrace::app
