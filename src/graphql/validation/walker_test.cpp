#include "graphql/validation/walker.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graphql/language/parser.hpp"

namespace millrace::graphql::validation {
namespace {

using Log = std::vector<std::string>;

Log& log() {
  static Log entries;
  return entries;
}

/// Writes down what it hears, with the position.
class Recorder final : public Rule {
 public:
  using Rule::Rule;
  void enter_document() override { add("document"); }
  void leave_document() override { add("/document"); }
  void enter_operation(const OperationDefinition&) override { add("operation", type()); }
  void leave_operation(const OperationDefinition&) override { add("/operation", type()); }
  void enter_fragment(const FragmentDefinition& node) override { add("fragment", node.name.text, type()); }
  void enter_variable_definition(const VariableDefinition& node) override { add("variable", node.name.text, input()); }
  void enter_selection_set(const SelectionSet&) override { add("set of", parent()); }
  void enter_field(const Selection& node) override { add("field", node.name.text, type()); }
  void leave_field(const Selection& node) override { add("/field", node.name.text, type()); }
  void enter_fragment_spread(const Selection& node) override { add("spread", node.name.text, "in " + parent()); }
  void enter_inline_fragment(const Selection&) override { add("inline", type(), "in " + parent()); }
  void enter_directive(const Directive& node) override { add("directive", node.name.text, at().directive_location); }
  void leave_directive(const Directive& node) override { add("/directive", node.name.text); }
  void enter_argument(const Argument& node) override { add("argument", node.name.text, at().argument != nullptr ? "known" : "unknown"); }
  void enter_value(const Value& node) override { add("value", node.text, input()); }
  void enter_named_type(const Name& node) override { add("type", node.text, at().in_type_system ? "(sdl)" : ""); }
  void enter_type_system_node(const TypeSystemNode& node) override { add("definition", node.name); }

 private:
  template <class... Words>
  void add(Words... words) {
    std::string entry;
    for (std::string_view word : {std::string_view(words)...}) {
      if (!word.empty()) entry += (entry.empty() ? "" : " ") + std::string(word);
    }
    log().push_back(entry);
  }
  const Position& at() const { return context_.position; }
  std::string type() const { return at().type ? at().type.to_string() : "?"; }
  std::string input() const { return at().input ? at().input.to_string() : "?"; }
  std::string parent() const { return at().parent != nullptr ? at().parent->name : "?"; }
};

class FieldCounter final : public Rule {
 public:
  using Rule::Rule;
  void enter_field(const Selection&) override { log().emplace_back("second rule"); }
};

template <class... Rules>
Log walk(std::string_view query) {
  static const auto schema = build_schema(
      "type Query { dog(id: ID! = 1): Dog list: [Int!] } interface Named { name: String } type Dog implements Named { name: String }"
      "input Point { x: Int } directive @on(level: Int) on FIELD",
      "schema.graphql");
  const auto document = parse(query);
  EXPECT_TRUE(schema && document) << query;
  ErrorSink errors(query, 100);
  Fragments fragments(*document, errors);
  VariableUsages variables(**schema, *document, fragments, errors);
  Context context{**schema, *document, errors, fragments, variables};
  RuleSet rules(context);
  (rules.add<Rules>(), ...);
  log().clear();
  Walker(context, rules).walk();
  EXPECT_EQ(context.position.parent, nullptr);
  EXPECT_FALSE(context.position.type);
  return log();
}

TEST(Walker, VisitsInTheOrderOfTheDocument) {
  EXPECT_EQ(walk<Recorder>("query ($v: [Point!] = null @a) @b { list dog(id: $v) @on(level: 3) { ...F ... on Named { name } } }"
                           "fragment F on Dog @c { nope { deeper } }"),
            Log({"document",
                 "operation Query",
                 "variable v [Point!]",
                 "type Point",
                 "value null [Point!]",
                 "directive a VARIABLE_DEFINITION",
                 "/directive a",
                 "directive b QUERY",
                 "/directive b",
                 "set of Query",
                 "field list [Int!]",
                 "/field list [Int!]",
                 "field dog Dog",
                 "argument id known",
                 "value v ID!",
                 "directive on FIELD",
                 "argument level known",
                 "value 3 Int",
                 "/directive on",
                 "set of Dog",
                 "spread F in Dog",
                 "inline Named in Dog",
                 "type Named",
                 "field name String",
                 "/field name String",
                 "/field dog Dog",
                 "/operation Query",
                 "fragment F Dog",
                 "type Dog",
                 "directive c FRAGMENT_DEFINITION",
                 "/directive c",
                 "set of Dog",
                 "field nope ?",
                 "set of ?",
                 "field deeper ?",
                 "/field deeper ?",
                 "/field nope ?",
                 "/document"}));
}

TEST(Walker, VisitsTypeSystemDefinitions) {
  EXPECT_EQ(walk<Recorder>("type A implements B @a { c(d: E = 1 @f): [G!] @h } schema { query: I } union U = J enum K { L @m }"
                           "input N { o: P } directive @q(r: S) on FIELD"),
            Log({"document",
                 "definition A",
                 "type B (sdl)",
                 "directive a OBJECT",
                 "/directive a",
                 "definition",
                 "definition",
                 "type E (sdl)",
                 "value 1 ?",
                 "directive f ARGUMENT_DEFINITION",
                 "/directive f",
                 "type G (sdl)",
                 "directive h FIELD_DEFINITION",
                 "/directive h",
                 "definition",
                 "type I (sdl)",
                 "definition U",
                 "type J (sdl)",
                 "definition K",
                 "definition",
                 "directive m ENUM_VALUE",
                 "/directive m",
                 "definition N",
                 "definition",
                 "type P (sdl)",
                 "definition q",
                 "definition",
                 "type S (sdl)",
                 "/document"}));
}

TEST(RuleSet, RulesAtOneNodeComeInTheirOrder) {
  EXPECT_EQ((walk<FieldCounter, FieldCounter>("{ list }")), Log({"second rule", "second rule"}));
  const Log both = walk<Recorder, FieldCounter>("{ list }");
  EXPECT_EQ(std::ranges::find(both, "second rule") - std::ranges::find(both, "field list [Int!]"), 1);
  EXPECT_EQ(std::ranges::count(both, "second rule"), 1);
}

TEST(RuleSet, ARuleIsAskedOnlyWhereItOverrides) {
  const auto schema = build_schema("type Query { a: Int }", "schema.graphql");
  const auto document = parse("{ a }");
  ErrorSink errors("{ a }", 1);
  Fragments fragments(*document, errors);
  VariableUsages variables(**schema, *document, fragments, errors);
  Context context{**schema, *document, errors, fragments, variables};
  RuleSet rules(context);
  rules.add<FieldCounter>();
  for (std::size_t i = 0; i < static_cast<std::size_t>(Hook::count); ++i) {
    const Hook hook = static_cast<Hook>(i);
    EXPECT_EQ(rules.at(hook).size(), hook == Hook::enter_field ? 1u : 0u) << i;
  }
}

}  // namespace
}  // namespace millrace::graphql::validation
