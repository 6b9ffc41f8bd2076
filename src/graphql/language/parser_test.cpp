#include "graphql/language/parser.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>

#include "graphql/language/spec_rows.hpp"

namespace millrace::graphql {
namespace {

/// A syntax tree as lines such as "Field 2 3": each node's kind, begin and end, sorted by place. Kinds are named as graphql-js names
/// them, but for definitions and extensions of types, which are one kind here.
class Outline {
 public:
  std::vector<std::string> run(const Document& document) {
    for (const auto& item : document.operations) add(item);
    for (const auto& item : document.fragments) add(item);
    for (const auto& item : document.schemas) add(item);
    for (const auto& item : document.types) add(item);
    for (const auto& item : document.directives) add(item);
    std::ranges::sort(entries_);
    std::vector<std::string> lines;
    for (const auto& [begin, end, kind] : entries_) lines.push_back(fmt::format("{} {} {}", kind, begin, -end));
    return lines;
  }

 private:
  void entry(const Node& node, std::string kind) {
    entries_.emplace_back(node.begin, -static_cast<std::int64_t>(node.end), std::move(kind));
  }
  void named_type(const Name& name) { entry(name, "NamedType"); }

  template <class T>
  void all(const NodeList<T>& items) {
    for (const T& item : items) add(item);
  }
  template <class T>
  void add(const OptionalNode<T>& item) {
    if (item) add(*item);
  }

  void add(const Value& value) {
    constexpr std::string_view kKinds[] = {"Variable",  "IntValue",  "FloatValue", "StringValue", "BooleanValue",
                                           "NullValue", "EnumValue", "ListValue",  "ObjectValue"};
    entry(value, std::string(kKinds[static_cast<std::size_t>(value.kind)]));
    all(value.items);
    all(value.fields);
  }
  void add(const ObjectField& field) {
    entry(field, "ObjectField");
    add(field.value);
  }
  void add(const Argument& argument) {
    entry(argument, "Argument");
    add(argument.value);
  }
  void add(const Directive& directive) {
    entry(directive, "Directive");
    all(directive.arguments);
  }
  void add(const TypeReference& type) {
    constexpr std::string_view kKinds[] = {"NamedType", "ListType", "NonNullType"};
    entry(type, std::string(kKinds[static_cast<std::size_t>(type.kind)]));
    if (type.of) add(*type.of);
  }
  void add(const OperationDefinition& operation) {
    entry(operation, "OperationDefinition");
    add(operation.description);
    all(operation.variables);
    all(operation.directives);
    add(operation.selection_set);
  }
  void add(const VariableDefinition& variable) {
    entry(variable, "VariableDefinition");
    add(variable.description);
    add(variable.type);
    add(variable.default_value);
    all(variable.directives);
  }
  void add(const SelectionSet& set) {
    entry(set, "SelectionSet");
    all(set.selections);
  }
  void add(const Selection& selection) {
    constexpr std::string_view kKinds[] = {"Field", "FragmentSpread", "InlineFragment"};
    entry(selection, std::string(kKinds[static_cast<std::size_t>(selection.kind)]));
    if (selection.type_condition) named_type(*selection.type_condition);
    all(selection.arguments);
    all(selection.directives);
    add(selection.selection_set);
  }
  void add(const FragmentDefinition& fragment) {
    entry(fragment, "FragmentDefinition");
    add(fragment.description);
    named_type(fragment.type_condition);
    all(fragment.directives);
    add(fragment.selection_set);
  }
  void add(const SchemaDefinition& schema) {
    entry(schema, "SchemaDefinition");
    add(schema.description);
    all(schema.directives);
    for (const RootOperationType& root : schema.operation_types) {
      entry(root, "OperationTypeDefinition");
      named_type(root.type);
    }
  }
  void add(const TypeDefinition& type) {
    entry(type, "TypeDefinition");
    add(type.description);
    for (const Name& name : type.interfaces) named_type(name);
    for (const Name& name : type.members) named_type(name);
    all(type.directives);
    all(type.fields);
    all(type.values);
    all(type.input_fields);
  }
  void add(const FieldDefinition& field) {
    entry(field, "FieldDefinition");
    add(field.description);
    all(field.arguments);
    add(field.type);
    all(field.directives);
  }
  void add(const InputValueDefinition& value) {
    entry(value, "InputValueDefinition");
    add(value.description);
    add(value.type);
    add(value.default_value);
    all(value.directives);
  }
  void add(const EnumValueDefinition& value) {
    entry(value, "EnumValueDefinition");
    add(value.description);
    all(value.directives);
  }
  void add(const DirectiveDefinition& directive) {
    entry(directive, "DirectiveDefinition");
    add(directive.description);
    all(directive.arguments);
  }

  std::vector<std::tuple<std::uint32_t, std::int64_t, std::string>> entries_;
};

std::string nested(std::string_view open, std::string_view middle, std::string_view close, std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += middle;
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

void expect_refusals(const std::string& file) {
  SpecRows spec(file);
  for (json::Value row : spec.rows()) {
    SCOPED_TRACE(SpecRows::text(row, "name"));
    std::string source = SpecRows::text(row, "source");
    auto document = parse(source);
    ASSERT_FALSE(document.has_value());
    EXPECT_EQ(document.error().message, SpecRows::text(row, "message"));
    ASSERT_EQ(document.error().locations.size(), 1u);
    SourceLocation location = document.error().locations.front();
    EXPECT_EQ(fmt::format("{}:{}", location.line, location.column),
              fmt::format("{}:{}", row.find("line")->text(), row.find("column")->text()));
  }
}

TEST(Parser, RefusesInTheReferencesWords) {
  expect_refusals("language/syntax_errors.json");
}

TEST(Parser, GivesEachNodeItsPlace) {
  SpecRows spec("language/documents.json");
  for (json::Value row : spec.rows()) {
    SCOPED_TRACE(SpecRows::text(row, "name"));
    std::string source = SpecRows::text(row, "source");
    auto document = parse(source);
    ASSERT_TRUE(document.has_value()) << document.error().message;
    std::vector<std::string> expected;
    for (json::Value line : SpecRows::elements(*row.find("nodes"))) expected.push_back(line.string());
    EXPECT_EQ(Outline().run(*document), expected);
  }
}

TEST(Parser, KeepsTheOrderOfDefinitions) {
  auto document = parse("fragment F on T { a } query A { a } type T { a: Int } query B { b } schema { query: T } directive @d on FIELD");
  ASSERT_TRUE(document.has_value());
  using Kind = DefinitionKind;
  std::vector<std::pair<Kind, const Node*>> order;
  for (const DefinitionReference& reference : document->order) order.emplace_back(reference.kind, reference.node);
  EXPECT_EQ(order, (std::vector<std::pair<Kind, const Node*>>{{Kind::fragment, &document->fragments.front()},
                                                              {Kind::operation, &document->operations[0]},
                                                              {Kind::type, &document->types.front()},
                                                              {Kind::operation, &document->operations[1]},
                                                              {Kind::schema, &document->schemas.front()},
                                                              {Kind::directive, &document->directives.front()}}));
  EXPECT_EQ(document->operations[1].name->text, "B");
}

TEST(Parser, ReadsNamesAndAliases) {
  auto document = parse("query Q($v: [Int!]!) { alias: field(a: $v) ...F ... on T { b } }");
  ASSERT_TRUE(document.has_value());
  const OperationDefinition& operation = document->operations[0];
  EXPECT_EQ(operation.name->text, "Q");
  EXPECT_EQ(operation.variables[0].name.text, "v");
  EXPECT_EQ(print(operation.variables[0].type), "[Int!]!");
  const auto& selections = operation.selection_set.selections;
  EXPECT_EQ(selections[0].response_key(), "alias");
  EXPECT_EQ(selections[0].name.text, "field");
  EXPECT_EQ(selections[0].arguments[0].value.text, "v");
  EXPECT_EQ(selections[1].name.text, "F");
  EXPECT_EQ(selections[2].type_condition->text, "T");
}

TEST(Parser, CountsTokens) {
  EXPECT_TRUE(parse("{ a b c }", {.tokens_max = 5}).has_value());
  auto refused = parse("{ a b c }", {.tokens_max = 4});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message, "Syntax Error: Document contains more than 4 tokens. Parsing aborted.");
  EXPECT_EQ(refused.error().locations, (std::vector<SourceLocation>{{1, 9}}));
  EXPECT_EQ(refused.error().code, "graphql.tokens");
}

TEST(Parser, CountsTokensWithoutReading) {
  for (const std::string& text : {std::string("{ a b c }"), "{ a b c" + std::string(1000, ' ') + "}"}) {
    EXPECT_FALSE(too_many_tokens(text, {.tokens_max = 5}).has_value());
    const auto refused = too_many_tokens(text, {.tokens_max = 4});
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->message, parse(text, {.tokens_max = 4}).error().message);
    EXPECT_EQ(refused->locations, parse(text, {.tokens_max = 4}).error().locations);
    EXPECT_EQ(refused->code, "graphql.tokens");
  }
  EXPECT_TRUE(too_many_tokens("{ " + std::string(1000, 'a') + " }", {.tokens_max = 10}).has_value());
  EXPECT_FALSE(too_many_tokens("{ " + std::string(1000, 'a') + " }", {.tokens_max = 13}).has_value());
  EXPECT_FALSE(too_many_tokens("{ a %  b c d e f", {.tokens_max = 4}).has_value());
  EXPECT_FALSE(too_many_tokens("{a}#" + std::string(100'000, 'x'), {.tokens_max = 3}).has_value());
}

TEST(Parser, BoundsItsDepth) {
  const std::vector<std::pair<std::string, std::array<std::string_view, 3>>> shapes = {
      {"selection sets", {"{a", "", "}"}}, {"lists", {"[", "1", "]"}}, {"objects", {"{a:", "1", "}"}}, {"list types", {"[", "Int", "]"}}};
  for (const auto& [name, shape] : shapes) {
    SCOPED_TRACE(name);
    auto document_of = [&](std::size_t depth) {
      std::string text = nested(shape[0], shape[1], shape[2], depth);
      if (name == "selection sets") return text;
      return name == "list types" ? "query($x: " + text + ") { a }" : "{ a(x: " + text + ") }";
    };
    EXPECT_TRUE(parse(document_of(20), {.depth_max = 22}).has_value());
    auto refused = parse(document_of(30), {.depth_max = 22});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().message, "Syntax Error: Document is nested deeper than 22 levels. Parsing aborted.");
    EXPECT_FALSE(parse(document_of(300'000), {.tokens_max = 10'000'000}).has_value());
  }
}

// Bytes that are no UTF-8 are refused wherever they stand but never read past.
TEST(Parser, RefusesWhatIsNoUtf8) {
  for (std::string_view wrong :
       {"\x80", "\xff", "\xc0\x80", "\xe2\x82", "\xf0\x9f\x98", "\xf5\x80\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    for (std::string_view around : {"{{ a{} }}", "{{ a(x: \"{}\") }}", "{{ a(x: \"\"\"{}\"\"\") }}", "# {}\n{{ a }}"}) {
      std::string source = fmt::format(fmt::runtime(around), wrong);
      auto document = parse(source);
      ASSERT_FALSE(document.has_value()) << source;
      EXPECT_THAT(document.error().message, testing::HasSubstr("Invalid character")) << source;
    }
  }
  EXPECT_EQ(parse("{ \xed\xa0\x80 }").error().message, "Syntax Error: Invalid character: U+D800.");
}

/// Documents that have every construct, to be damaged.
std::vector<std::string> seeds() {
  std::vector<std::string> sources;
  for (const char* file : {"language/documents.json", "language/syntax_errors.json"}) {
    SpecRows spec(file);
    for (json::Value row : spec.rows()) sources.push_back(SpecRows::text(row, "source"));
  }
  return sources;
}

TEST(Parser, SurvivesDamage) {
  std::mt19937_64 random(20250901);
  const std::vector<std::string> sources = seeds();
  std::size_t accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = sources[random() % sources.size()];
    for (std::uint64_t edits = 1 + random() % 4; edits > 0; --edits) {
      std::size_t at = random() % (text.size() + 1);
      switch (random() % 4) {
        case 0: text.insert(at, 1, static_cast<char>(random())); break;
        case 1: text.erase(at, random() % 5); break;
        case 2: text.insert(at, text.substr(random() % (text.size() + 1), random() % 9)); break;
        default: text.resize(at);
      }
    }
    // A copy of just the size, so that reading past the end is seen.
    std::vector<char> exact(text.begin(), text.end());
    auto document = parse({exact.data(), exact.size()});
    if (document) {
      ++accepted;
      for (const std::string& line : Outline().run(*document)) EXPECT_FALSE(line.empty());
    } else {
      EXPECT_TRUE(document.error().message.starts_with("Syntax Error: ")) << text;
      EXPECT_EQ(document.error().locations.size(), 1u) << text;
    }
  }
  EXPECT_GT(accepted, 200u);
}

}  // namespace
}  // namespace millrace::graphql
