#include "graphql/type/coercion.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <random>

#include "base/json/canonical.hpp"
#include "graphql/language/parser.hpp"
#include "graphql/language/spec_rows.hpp"
#include "graphql/type/literal_check.hpp"

namespace millrace::graphql {
namespace {

std::shared_ptr<const Schema> schema_of(std::string sdl) {
  auto built = build_schema(std::move(sdl), "test.graphql");
  EXPECT_TRUE(built.has_value()) << (built ? "" : to_string(built.error().front()));
  return built ? *built : nullptr;
}

std::string canonical(json::Value value) {
  std::string text;
  json::append_canonical(text, value);
  return text;
}

/// What the coercion gave, as a row shows it: the object of coerced values, or the errors with their places.
std::string shown(const std::expected<Variables, std::vector<GraphqlError>>& coerced) {
  std::string text;
  if (coerced) {
    std::map<std::string, std::string> sorted(coerced->begin(), coerced->end());
    for (const auto& [name, value] : sorted) text += fmt::format("{}{}:{}", text.empty() ? "" : ",", json::quoted(name), value);
    return '{' + text + '}';
  }
  for (const GraphqlError& error : coerced.error()) {
    for (SourceLocation location : error.locations) text += fmt::format("{}:{} ", location.line, location.column);
    text += error.message + '\n';
  }
  return text;
}

std::string expected_outcome(json::Value row) {
  if (auto coerced = row.find("coerced")) return canonical(*coerced);
  std::string text;
  for (json::Value line : SpecRows::elements(*row.find("errors"))) text += line.string() + '\n';
  return text;
}

TEST(Coercion, TakesVariablesAsTheReferenceDoes) {
  SpecRows spec("type/variables.json");
  auto schema = schema_of(SpecRows::text(spec.root(), "schema"));
  for (json::Value row : SpecRows::elements(*spec.root().find("rows"))) {
    SCOPED_TRACE(SpecRows::text(row, "name"));
    std::string query = SpecRows::text(row, "query");
    auto document = parse(query);
    ASSERT_TRUE(document.has_value());
    json::Value provided = *row.find("variables");
    EXPECT_EQ(shown(coerce_variables(*schema, document->operations[0], &provided, query)), expected_outcome(row));
  }
}

TEST(Coercion, TakesNoVariables) {
  auto schema = schema_of("type Query { a: Int }");
  std::string query = "query($x: Int = 1, $y: Int) { a }";
  auto document = parse(query);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(shown(coerce_variables(*schema, document->operations[0], nullptr, query)), R"({"x":1})");
}

TEST(Coercion, TakesLiteralsAsTheReferenceDoes) {
  SpecRows spec("type/literals.json");
  auto schema = schema_of(SpecRows::text(spec.root(), "schema"));
  json::Value provided = *spec.root().find("variables");
  for (json::Value row : SpecRows::elements(*spec.root().find("rows"))) {
    std::string argument = SpecRows::text(row, "argument");
    std::string query = fmt::format("{} {{ a({}: {}) }}", SpecRows::text(spec.root(), "query"), argument, SpecRows::text(row, "literal"));
    SCOPED_TRACE(query);
    auto document = parse(query);
    ASSERT_TRUE(document.has_value()) << document.error().message;
    const OperationDefinition& operation = document->operations[0];
    auto variables = coerce_variables(*schema, operation, &provided, query);
    ASSERT_TRUE(variables.has_value()) << shown(variables);
    auto coerced = coerce_literal(operation.selection_set.selections[0].arguments[0].value,
                                  schema->query()->field("a")->argument(argument)->type, *variables);
    auto expected = row.find("value");
    EXPECT_EQ(coerced, expected ? std::optional(canonical(*expected)) : std::nullopt);
  }
}

TEST(Coercion, GivesLeavesAsTheReferenceDoes) {
  SpecRows spec("type/leaves.json");
  auto schema = schema_of(SpecRows::text(spec.root(), "schema"));
  for (json::Value row : SpecRows::elements(*spec.root().find("rows"))) {
    SCOPED_TRACE(row.text());
    std::string out = "before ";
    auto appended = append_leaf(out, *schema->type(SpecRows::text(row, "type")), canonical(*row.find("value")));
    if (auto error = row.find("error")) {
      ASSERT_FALSE(appended.has_value()) << out;
      EXPECT_EQ(appended.error(), error->string());
    } else {
      ASSERT_TRUE(appended.has_value()) << appended.error();
      EXPECT_EQ(out, "before " + canonical(*row.find("out")));
    }
  }
}

constexpr const char* kInputs =
    "enum E { X Y Z } scalar S input In { a: Int! = 3 b: [In2!] c: E = X d: One e: S f: String! g: [[ID!]] h: Float = 1.50 in: In } "
    "input In2 { x: String y: Boolean! = true z: In3 = {q: 1} } input In3 { q: Int r: [E!] = [X, Y] s: String = null at: DateTime } "
    "input One @oneOf { a: Int b: [String!] c: In2 } type Query { a(i: In, s: [S], l: [[In!]!], o: One): Int }";

/// Random values for a type, as JSON and as a literal at once, now and then of another type.
class RandomInputs {
 public:
  explicit RandomInputs(std::uint64_t seed) : random_(seed) {}

  struct Spellings {
    std::string json;
    std::string literal;
  };

  Spellings value(const TypeRef& type, int depth) {
    if (one_in(25)) return {"null", "null"};
    if (type.is_non_null()) return value(type.inner(), depth);
    if (type.is_list()) return list(type, depth);
    if (type.named->kind == TypeKind::input_object && !one_in(40)) return object(*type.named, depth);
    if (type.named->kind == TypeKind::enumeration && !one_in(20)) {
      std::string name = type.named->values[random_() % type.named->values.size()].name;
      return {'"' + name + '"', name};
    }
    return leaf(type.named->name);
  }

 private:
  bool one_in(std::uint64_t count) { return random_() % count == 0; }

  Spellings list(const TypeRef& type, int depth) {
    if (one_in(5)) return value(type.inner(), depth);
    Spellings all{"[", "["};
    for (std::uint64_t i = 0, count = random_() % 4; i < count; ++i) add(all, "", value(type.inner(), depth - 1), i == 0);
    return {all.json + ']', all.literal + ']'};
  }

  Spellings object(const Type& type, int depth) {
    Spellings all{"{", "{"};
    bool is_first = true;
    std::uint64_t chosen = random_() % type.input_fields.size();
    for (std::size_t i = 0; i < type.input_fields.size(); ++i) {
      const InputValue& field = type.input_fields[i];
      bool is_there = type.one_of ? i == chosen || one_in(20) : field.is_required() ? !one_in(20) : depth > 0 && one_in(2);
      if (!is_there) continue;
      add(all, field.name, value(field.type, depth - 1), is_first);
      is_first = false;
    }
    if (one_in(30)) add(all, "unknown", {"1", "1"}, is_first);
    return {all.json + '}', all.literal + '}'};
  }

  static void add(Spellings& all, const std::string& key, const Spellings& item, bool is_first) {
    all.json += fmt::format("{}{}{}", is_first ? "" : ",", key.empty() ? "" : json::quoted(key) + ':', item.json);
    all.literal += fmt::format("{}{}{}", is_first ? "" : ", ", key.empty() ? "" : key + ": ", item.literal);
  }

  Spellings leaf(std::string_view type) {
    std::string number = std::to_string(static_cast<std::int64_t>(random_()) % 4'000'000'000);
    if (one_in(15)) return {R"("odd")", R"("odd")"};
    if (type == "Int" || type == "ID") return {number, number};
    if (type == "Float") return {number + ".50", number + ".50"};
    if (type == "Boolean") return {"true", "true"};
    if (type == "DateTime") return {R"("2024-01-01T00:00:00Z")", R"("2024-01-01T00:00:00Z")"};
    if (type == "S") return {R"({"k":[1.50,"x",null]})", R"({k: [1.50, "x", null]})"};
    return {R"("é\n")", R"("é\n")"};
  }

  std::mt19937_64 random_;
};

// Literals and JSON are coerced by two implementations: what they give for one value is one thing. An Int, an ID or a Float is spelled
// alike in both, and an enum's value is the one whose literal is no string, so that they agree on what is wrong as well.
TEST(Coercion, LiteralsAndJsonAgree) {
  auto schema = schema_of(kInputs);
  RandomInputs random(3);
  std::size_t fitting = 0, wrong = 0;
  for (int round = 0; round < 6000; ++round) {
    const Field& field = *schema->query()->field("a");
    const InputValue& argument = field.arguments[static_cast<std::size_t>(round) % field.arguments.size()];
    auto spelled = random.value(argument.type, 4);
    std::string query = fmt::format("{{ a({}: {}) }}", argument.name, spelled.literal);
    SCOPED_TRACE(query);
    auto document = parse(query);
    auto given = json::parse(spelled.json);
    ASSERT_TRUE(document.has_value() && given.has_value());
    const Value& literal = document->operations[0].selection_set.selections[0].arguments[0].value;
    auto from_literal = coerce_literal(literal, argument.type, {});
    auto from_json = coerce_json(given->root(), argument.type);
    ASSERT_EQ(from_literal.has_value(), from_json.has_value()) << spelled.json;
    EXPECT_EQ(literal_problems(literal, TypeView(argument.type)).empty(), from_literal.has_value());
    ++(from_json ? fitting : wrong);
    if (!from_json) continue;
    EXPECT_EQ(*from_literal, *from_json);
    auto coerced = json::parse(*from_json);
    ASSERT_TRUE(coerced.has_value()) << *from_json;
    EXPECT_EQ(canonical(coerced->root()), *from_json);
    EXPECT_EQ(coerce_json(coerced->root(), argument.type), *from_json) << "not stable";
  }
  EXPECT_GT(fitting, 1000u);
  EXPECT_GT(wrong, 1000u);
}

// A large value with much wrong in it gives a bounded answer.
TEST(Coercion, BoundsItsProblems) {
  auto schema = schema_of(kInputs);
  std::string text = "{";
  for (int i = 0; i < 20'000; ++i) text += fmt::format("{}\"key{}\":{}", i == 0 ? "" : ",", i, i);
  text += '}';
  auto given = json::parse(text);
  ASSERT_TRUE(given.has_value());
  auto coerced = coerce_json(given->root(), schema->query()->field("a")->argument("i")->type);
  ASSERT_FALSE(coerced.has_value());
  EXPECT_EQ(coerced.error().size(), kCoercionProblemsMax);
  for (const CoercionProblem& problem : coerced.error()) EXPECT_LT(problem.message.size(), 5000u);
}

// Each level of a deep value lacks something and would show all that is below it.
TEST(Coercion, BoundsTheWorkOnDeepValues) {
  auto schema = schema_of("input In { in: In a: Int! b: Int! } type Query { a(i: In): Int }");
  std::string text = std::string(20'000, 'x');
  text = "{\"zz\":\"" + text + "\"}";
  for (int i = 0; i < 200; ++i) text = "{\"in\":" + text + '}';
  auto given = json::parse(text);
  ASSERT_TRUE(given.has_value());
  auto coerced = coerce_json(given->root(), schema->query()->field("a")->argument("i")->type);
  ASSERT_FALSE(coerced.has_value());
  EXPECT_EQ(coerced.error().size(), kCoercionProblemsMax);
  EXPECT_EQ(coerced.error().front().path.size(), std::string_view(".in").size() * 200);
}

TEST(Coercion, BoundsTheMessagesOfLeaves) {
  auto schema = schema_of("enum E { A } type Query { a(n: Int, f: Float, s: String, e: E): Int }");
  for (const InputValue& argument : schema->query()->field("a")->arguments) {
    for (std::string text : {std::string(50'000, '1'), '"' + std::string(50'000, 'x') + '"'}) {
      auto given = json::parse(text);
      ASSERT_TRUE(given.has_value());
      auto coerced = coerce_json(given->root(), argument.type);
      if (!coerced) EXPECT_LT(coerced.error().front().message.size(), 5000u) << argument.name;
    }
  }
}

TEST(Coercion, BoundsTheProblemsOfLiterals) {
  auto schema = schema_of(kInputs);
  std::string text = "{ a(i: {";
  for (int i = 0; i < 20'000; ++i) text += fmt::format("key{}: {} ", i, i);
  text += "}) }";
  auto document = parse(text);
  ASSERT_TRUE(document.has_value());
  const Value& literal = document->operations[0].selection_set.selections[0].arguments[0].value;
  auto problems = literal_problems(literal, TypeView(schema->query()->field("a")->argument("i")->type));
  EXPECT_GE(problems.size(), kLiteralProblemsMax);
  EXPECT_LE(problems.size(), kLiteralProblemsMax + 10);
}

}  // namespace
}  // namespace millrace::graphql
