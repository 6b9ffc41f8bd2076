#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>

#include "graphql/language/parser.hpp"
#include "graphql/language/spec_rows.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {
namespace {

using testing::ElementsAre;

std::shared_ptr<const Schema> schema_of(std::string sdl) {
  auto built = build_schema(std::move(sdl), "test.graphql");
  EXPECT_TRUE(built.has_value()) << (built ? "" : to_string(built.error().front()));
  return built ? *built : nullptr;
}

std::vector<std::string> type_names(const Schema& schema) {
  std::vector<std::string> names;
  for (const Type& type : schema.types()) names.push_back(type.name);
  return names;
}

TEST(BuildSchema, ReportsEveryProblemInTheReferencesWords) {
  SpecRows spec("type/schema_problems.json");
  for (json::Value row : spec.rows()) {
    SCOPED_TRACE(SpecRows::text(row, "name"));
    auto built = build_schema(SpecRows::text(row, "sdl"), "test.graphql");
    ASSERT_FALSE(built.has_value());
    std::vector<std::string> problems, expected;
    for (const Problem& problem : built.error()) {
      EXPECT_EQ(problem.place.file, "test.graphql");
      problems.push_back(fmt::format("{}:{} {}", problem.place.line, problem.place.column, problem.message));
    }
    for (json::Value line : SpecRows::elements(*row.find("problems"))) expected.push_back(line.string());
    EXPECT_EQ(problems, expected);
  }
}

TEST(BuildSchema, SaysWhereTheFirstOfTwoIs) {
  auto built = build_schema("type Query { a: Int }\ntype Query { a: Int }", "s");
  ASSERT_FALSE(built.has_value());
  EXPECT_EQ(to_string(built.error().front()), "s:2:6: There can be only one type named \"Query\". (the first is at line 1, column 6)");
}

// A built-in type stands just after the first that uses it; what nothing uses is not there.
TEST(BuildSchema, ListsTypesInTheReferencesOrder) {
  auto schema = schema_of("type B { id: ID at: DateTime } directive @d(x: Float) on FIELD type Query { b(n: Int): B }");
  EXPECT_THAT(type_names(*schema),
              ElementsAre("B", "ID", "DateTime", "Query", "Int", "Float", "Boolean", "String", "__Schema", "__Type", "__TypeKind",
                          "__Field", "__InputValue", "__EnumValue", "__Directive", "__DirectiveLocation"));
  EXPECT_EQ(schema->type("JSON"), nullptr);
  EXPECT_EQ(schema->type("ID"), &schema->types()[1]);
}

TEST(BuildSchema, ListsItsOwnDirectivesFirst) {
  auto schema = schema_of("directive @mine on FIELD directive @skip(if: Boolean!, why: String) on FIELD type Query { a: Int }");
  std::vector<std::string> names;
  for (const DirectiveType& directive : schema->directives()) names.push_back(directive.name);
  EXPECT_THAT(names, ElementsAre("mine", "skip", "include", "deprecated", "specifiedBy", "oneOf"));
  EXPECT_FALSE(schema->directive("skip")->built_in);
  EXPECT_NE(schema->directive("skip")->argument("why"), nullptr);
  EXPECT_TRUE(schema->directive("include")->built_in);
  EXPECT_TRUE(schema->directive("include")->argument("if")->is_required());
  EXPECT_EQ(schema->directive("deprecated")->argument("reason")->default_json, "\"No longer supported\"");
}

TEST(BuildSchema, MergesExtensions) {
  auto schema = schema_of(
      "type Query { a: Int } extend type Query implements I @d { b(x: E = B): U } interface I { a: Int } directive @d on OBJECT "
      "enum E { A } extend enum E { B } union U = Query extend union U = T type T { c: Int } input In { a: Int } extend input In @oneOf { "
      "b: Int } "
      "scalar S extend scalar S @specifiedBy(url: \"http://s\") extend schema { mutation: T } type Use { s(i: In): S }");
  const Type& query = *schema->query();
  EXPECT_NE(query.field("b"), nullptr);
  EXPECT_EQ(query.field("b")->argument("x")->default_json, "\"B\"");
  EXPECT_THAT(query.interfaces, ElementsAre(schema->type("I")));
  EXPECT_THAT(schema->type("I")->possible, ElementsAre(&query));
  EXPECT_THAT(schema->type("U")->possible, ElementsAre(&query, schema->type("T")));
  EXPECT_TRUE(schema->type("In")->one_of);
  EXPECT_NE(schema->type("In")->input_field("b"), nullptr);
  EXPECT_EQ(schema->type("S")->specified_by, "http://s");
  EXPECT_EQ(schema->mutation(), schema->type("T"));
}

TEST(BuildSchema, FindsRootsByNameOrDefinition) {
  auto by_name = schema_of("type Query { a: Int } type Mutation { a: Int } type Subscription { a: Int }");
  EXPECT_EQ(by_name->root(OperationType::query)->name, "Query");
  EXPECT_EQ(by_name->root(OperationType::mutation)->name, "Mutation");
  EXPECT_EQ(by_name->root(OperationType::subscription)->name, "Subscription");
  auto by_definition = schema_of("\"words\" schema { query: Q } type Q { a: Int } type Query { a: Int } type Mutation { a: Int }");
  EXPECT_EQ(by_definition->query()->name, "Q");
  EXPECT_EQ(by_definition->mutation(), nullptr);
  EXPECT_EQ(by_definition->description(), "words");
}

TEST(BuildSchema, CoercesDefaults) {
  auto schema = schema_of(
      "input A { n: Int = 1 b: B = {m: 5.50} l: [[Int]] = 3 } input B { m: Float k: ID = 7 e: [E!] = X } enum E { X } "
      "type Query { a(a: A = {n: 2}, all: A = {}, none: A, null: A = null, text: String = \"\"\"\n  two\n  lines\n\"\"\"): Int }");
  const Field& field = *schema->query()->field("a");
  constexpr std::string_view kB = R"({"m":5.50,"k":"7","e":["X"]})";
  EXPECT_EQ(field.argument("a")->default_json, fmt::format(R"({{"n":2,"b":{},"l":[[3]]}})", kB));
  EXPECT_EQ(field.argument("all")->default_json, fmt::format(R"({{"n":1,"b":{},"l":[[3]]}})", kB));
  EXPECT_EQ(field.argument("none")->default_json, "");
  EXPECT_EQ(field.argument("none")->default_literal, std::nullopt);
  EXPECT_EQ(field.argument("null")->default_json, "null");
  EXPECT_EQ(field.argument("text")->default_json, "\"two\\nlines\"");
  EXPECT_EQ(field.argument("a")->default_literal, "{ n: 2 }");
  EXPECT_EQ(schema->type("A")->input_field("b")->default_json, kB);
}

TEST(BuildSchema, KeepsDescriptionsAndDeprecations) {
  auto schema = schema_of(
      "\"\"\"\n  The root.\n    Indented.\n\"\"\" type Query { \"f\" a(\"x\" x: Int @deprecated(reason: \"r\")): Int @deprecated b: E } "
      "enum E { \"v\" A @deprecated(reason: \"old\") B }");
  const Type& query = *schema->query();
  EXPECT_EQ(query.description, "The root.\n  Indented.");
  EXPECT_EQ(query.field("a")->description, "f");
  EXPECT_EQ(query.field("a")->deprecation, "No longer supported");
  EXPECT_EQ(query.field("a")->argument("x")->deprecation, "r");
  EXPECT_EQ(query.field("b")->deprecation, std::nullopt);
  EXPECT_EQ(schema->type("E")->values[0].deprecation, "old");
  EXPECT_EQ(schema->type("E")->values[0].description, "v");
}

TEST(BuildSchema, KnowsItsScalars) {
  auto schema =
      schema_of("scalar DateTime @specifiedBy(url: \"mine\") scalar Own type Query { a: DateTime b: Own c: JSON d: Date e: String }");
  EXPECT_EQ(schema->type("DateTime")->scalar, ScalarKind::date_time);
  EXPECT_EQ(schema->type("DateTime")->specified_by, "mine");
  EXPECT_FALSE(schema->type("DateTime")->built_in);
  EXPECT_EQ(schema->type("Own")->scalar, ScalarKind::any);
  EXPECT_EQ(schema->type("JSON")->scalar, ScalarKind::any);
  EXPECT_TRUE(schema->type("JSON")->built_in);
  EXPECT_EQ(schema->type("Date")->scalar, ScalarKind::date);
  EXPECT_EQ(schema->type("String")->scalar, ScalarKind::string);
}

TEST(BuildSchema, BuiltInTypesStandWhateverTheSdlSays) {
  auto schema = schema_of("scalar ID type String { a: Int } type Query { a: ID b: String }");
  EXPECT_TRUE(schema->type("ID")->built_in);
  EXPECT_EQ(schema->type("String")->kind, TypeKind::scalar);
}

TEST(BuildSchema, HasMetaFields) {
  auto schema = schema_of("type Query { a: T u: U } type T { a: Int } union U = T");
  EXPECT_EQ(schema->field(*schema->query(), "__schema")->type.to_string(), "__Schema!");
  EXPECT_EQ(schema->field(*schema->query(), "__type")->argument("name")->type.to_string(), "String!");
  EXPECT_EQ(schema->field(*schema->query(), "a"), schema->query()->field("a"));
  const Type& type = *schema->type("T");
  EXPECT_EQ(schema->field(type, "__schema"), nullptr);
  EXPECT_EQ(schema->field(type, "__typename")->type.to_string(), "String!");
  EXPECT_EQ(schema->field(*schema->type("U"), "__typename"), schema->field(type, "__typename"));
  EXPECT_EQ(schema->field(type, "b"), nullptr);
  EXPECT_EQ(schema->type("__Type")->field("fields")->argument("includeDeprecated")->default_json, "false");
}

TEST(BuildSchema, ResolvesReferences) {
  auto schema = schema_of("type Query { a: [[Int!]]! }");
  auto document = parse("query($x: [[Int!]]!, $y: Nope) { a }");
  ASSERT_TRUE(document.has_value());
  const auto& variables = document->operations[0].variables;
  std::optional<TypeRef> type = schema->resolve(variables[0].type);
  ASSERT_TRUE(type.has_value());
  EXPECT_EQ(type->to_string(), "[[Int!]]!");
  EXPECT_EQ(*type, schema->query()->field("a")->type);
  EXPECT_EQ(type->nullable().inner().inner().to_string(), "Int!");
  EXPECT_EQ(schema->resolve(variables[1].type), std::nullopt);
}

TEST(BuildSchema, IncludesPossibleTypes) {
  auto schema =
      schema_of("interface I { a: Int } type A implements I { a: Int } type B { a: Int } union U = B type Query { i: I u: U a: A }");
  EXPECT_TRUE(schema->type("I")->includes(*schema->type("A")));
  EXPECT_FALSE(schema->type("I")->includes(*schema->type("B")));
  EXPECT_TRUE(schema->type("U")->includes(*schema->type("B")));
  EXPECT_TRUE(schema->type("A")->includes(*schema->type("A")));
}

// Whatever is done to an SDL text, it gives a schema or problems that have their place in it.
TEST(BuildSchema, SurvivesDamage) {
  std::mt19937_64 random(99);
  std::vector<std::string> sources = {
      "interface I { a(x: In = {}): I } type Query implements I { a(x: In = {}, y: [One!]): Query u: U @deprecated } union U = Query "
      "enum E { A B } input In { e: E = A in: [In!] = [] one: One } input One @oneOf { a: Int b: In } directive @d(x: In = {e: B}) on "
      "FIELD "
      "extend type Query { b(s: S = {a: [1, B]}): Int } scalar S schema { query: Query }"};
  SpecRows spec("type/schema_problems.json");
  for (json::Value row : spec.rows()) sources.push_back(SpecRows::text(row, "sdl"));
  constexpr std::string_view kWords[] = {"Query", "I",      "In",      "{", "}", "!",  "[",   "]",  " = {}",
                                         ": In!", "@oneOf", "extend ", "A", "E", "@d", "| U", "& I"};
  std::size_t built_count = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text = sources[random() % 2 == 0 ? 0 : random() % sources.size()];
    for (std::uint64_t edits = 1 + random() % 3; edits > 0; --edits) {
      std::size_t at = random() % (text.size() + 1);
      if (random() % 2 == 0) {
        text.insert(at, kWords[random() % std::size(kWords)]);
      } else {
        text.erase(at, random() % 6);
      }
    }
    auto built = build_schema(text, "f");
    if (built) {
      ++built_count;
    } else {
      ASSERT_FALSE(built.error().empty()) << text;
      for (const Problem& problem : built.error()) EXPECT_FALSE(problem.message.empty()) << text;
    }
  }
  EXPECT_GT(built_count, 20u);
}

}  // namespace
}  // namespace millrace::graphql
