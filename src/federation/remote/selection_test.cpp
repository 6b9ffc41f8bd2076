#include "federation/remote/selection.hpp"

#include <gtest/gtest.h>

#include "base/json/document.hpp"
#include "federation/remote/document.hpp"
#include "graphql/execution/engine.hpp"

namespace millrace::federation {
namespace {

using graphql::FieldCall;
using graphql::Resolved;

constexpr std::string_view kSdl = R"(
  scalar JSON
  enum Colour { RED GREEN }
  input Inner { colour: Colour colours: [Colour!] any: JSON text: String }
  type Query { a: A }
  type A { id: ID key: String b(limit: Int, colour: Colour, inner: Inner, where: JSON, at: Float, ids: [ID!]): B other: B }
  interface Node { id: ID! node: Node }
  type B implements Node { id: ID! node: Node name(colour: Colour = RED, n: Int): String c: C here: C count: Int }
  type C implements Node { id: ID! node: Node key: String b: B union: Either }
  type D { key: Int x: Int }
  union Either = B | C | D
)";

/// Gives one object.
class Root : public graphql::Resolver {
 public:
  Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) override {
    std::vector<Resolved> resolved(calls.size());
    for (Resolved& one : resolved) one.give_value(one.add_value(R"({"id":"a1","key":"k"})"));
    co_return std::move(resolved);
  }
};

/// Keeps what it would ask another server for.
class Capture : public graphql::Resolver {
 public:
  explicit Capture(bool passes_at = true) : passes_at_(passes_at) {}
  bool gives_selections() const override { return true; }
  Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) override {
    std::vector<Resolved> resolved(calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i) {
      passed.push_back(pass_on(calls[i], {passes_at_, "v"}));
      resolved[i].give_null();
    }
    co_return std::move(resolved);
  }
  std::vector<PassedField> passed;

 private:
  bool passes_at_;
};

/// A field that is resolved here, by two members.
class Here : public Root {
 public:
  std::span<const std::string> parent_keys() const override { return keys_; }

 private:
  std::vector<std::string> keys_ = {R"("gone")", R"("id")", R"("key")"};
};

std::string passed_by(std::string_view query, std::string_view variables = "{}", bool passes_at = true) {
  Root root;
  Capture capture(passes_at);
  Here here;
  graphql::Bindings bindings;
  bindings.bind("Query", "a", root);
  bindings.bind("A", "b", capture);
  bindings.bind("B", "here", here);
  bindings.bind("C", "b", here);
  auto schema = graphql::build_schema(std::string(kSdl), "test");
  EXPECT_TRUE(schema.has_value());
  graphql::Engine engine(*schema, bindings, {.inherited_arguments = {"at"}});
  auto read = json::parse(variables);
  const json::Value values = read->root();
  std::string out;
  auto done = [&out](const Result<graphql::EngineResponse>& response) { out = response->body; };
  start(engine.execute({.query = query, .variables = &values}), done);
  if (capture.passed.empty()) return out;
  out.clear();
  for (const PassedField& passed : capture.passed) {
    out += (out.empty() ? "" : " | ") + passed.arguments + passed.selection;
    for (const PassedVariable& variable : passed.variables) out += fmt::format(" ${}:{}={}", variable.name, variable.type, variable.value);
  }
  return out;
}

struct Row {
  std::string_view query;
  std::string_view passed;
  std::string_view variables = "{}";
};

constexpr Row kRows[] = {
    {"{ a { b { id } } }", "{id}"},
    {"{ a { b { id name } } }", "{id name(colour:RED)}"},
    {"{ a { b { x: id count y: count } } }", "{x:id count y:count}"},
    {"{ a { b { _id: id c_x: id cc: id __typename: count } } }", "{c__id:id c_c_x:id cc:id c___typename:count}"},
    {"{ a { b { __typename } } }", "{__typename}"},
    {"{ a { b { t: __typename c { __typename } } } }", "{c{__typename}}"},
    {"{ a { b { ...F } } } fragment F on B { id ...G } fragment G on Node { id ... on B { count } ... on C { key } }", "{id count}"},
    {"{ a { b { id @skip(if: true) count @include(if: false) c @include(if: true) { key } } } }", "{c{key}}"},
    {"query($s: Boolean!) { a { b { id @skip(if: $s) ... @include(if: $s) { count } } } }", "{count}", R"({"s":true})"},
    {"query($s: Boolean!) { a { b { id @skip(if: $s) ... @include(if: $s) { count } } } }", "{id}", R"({"s":false})"},
    {"{ a { b { c { id } c { key } } } }", "{c{id key}}"},
    {"{ a { b { name(colour: GREEN, n: 2) } } }", "{name(colour:GREEN,n:2)}"},
    {"query($c: Colour, $n: Int) { a { b { name(colour: $c, n: $n) } } }", "{name(colour:GREEN,n:3)}", R"({"c":"GREEN","n":3})"},
    {"query($c: Colour, $n: Int) { a { b { name(colour: $c, n: $n) } } }", "{name(colour:RED)}"},
    {"query($n: Int) { a { b { name(n: $n) } } }", "{name(colour:RED,n:null)}", R"({"n":null})"},
    {"{ a { b(limit: 2, colour: RED) { id } } }", ",limit:2,colour:RED{id}"},
    {"{ a { b(ids: [\"a\", 5]) { id } } }", ",ids:[\"a\",\"5\"]{id}"},
    {R"({ a { b(inner: {colour: RED, colours: [GREEN, RED], any: {x: [RED, "s", 1.50]}, text: "RED"}) { id } } })",
     R"(,inner:{colour:RED,colours:[GREEN,RED],any:{x:["RED","s",1.50]},text:"RED"}{id})"},
    {"query($w: JSON) { a { b(where: $w) { id } } }", R"(,where:{a:{b_:[1,"x",null,true]}}{id})",
     R"({"w":{"a":{"b_":[1,"x",null,true]}}})"},
    {"query($w: JSON) { a { b(where: $w) { id } } }", R"(,where:$v0{id} $v0:JSON={"a.b":{"$gte":1}})", R"({"w":{"a.b":{"$gte":1}}})"},
    {"query($w: JSON) { a { b(inner: {any: $w}) { id } } }", R"(,inner:$v0{id} $v0:Inner={"any":{"$x":1}})", R"({"w":{"$x":1}})"},
    {R"({ a { b(where: "\u2028\"\\\n\u0000") { id } } })", ",where:\"\xE2\x80\xA8\\\"\\\\\\n\\u0000\"{id}"},
    {"{ a { b(at: 5) { id } } }", ",at:5{id}"},
    {"{ a { b(at: null) { id } } }", "{id}"},
    {"{ a { x: b { id } b(limit: 1) { count } } }", "{id} | ,limit:1{count}"},
    // What is resolved here is not asked for, but what it follows; a member that the type does not declare cannot be.
    {"{ a { b { count here { id } } } }", "{count _B_id:id}"},
    {"{ a { b { here { id } x: here { key } id } } }", "{_B_id:id id}"},
    {"{ a { b { c { b { count } } } } }", "{c{_C_id:id _C_key:key}}"},
    // Below abstract types each type is asked by itself.
    {"{ a { b { node { id } } } }", "{node{__typename ...on B{id} ...on C{id}}}"},
    {"{ a { b { node { __typename } } } }", "{node{__typename}}"},
    {"{ a { b { node { ... on C { key b { id } } ... on B { here { id } } } } } }",
     "{node{__typename ...on B{_B_id:id} ...on C{key _C_id:id _C_key:key}}}"},
    {"{ a { b { c { union { ... on D { x } ... on Node { id } } } } } }", "{c{union{__typename ...on B{id} ...on C{id} ...on D{x}}}}"},
};

TEST(PassOn, WritesWhatIsSelected) {
  for (const Row& row : kRows) EXPECT_EQ(passed_by(row.query, row.variables), row.passed) << row.query;
}

TEST(PassOn, KeepsAtBackFromWhoDoesNotTakeIt) {
  EXPECT_EQ(passed_by("{ a { b(at: 5, limit: 1) { id } } }", "{}", false), ",limit:1{id}");
}

TEST(PassOn, LeavesOutWhatHasNoFittingValue) {
  EXPECT_EQ(passed_by("query($s: Boolean = true) { a { b { id ... @include(if: $s) { count } } } }", R"({"s":null})"), "{__typename}");
}

TEST(PassOn, EndsWhereInterfacesMultiply) {
  std::string query = "id";
  for (int i = 0; i < 14; ++i) query = "id node { " + query + " }";
  Root root;
  Capture capture;
  graphql::Bindings bindings;
  bindings.bind("Query", "a", root);
  bindings.bind("A", "b", capture);
  graphql::Engine engine(*graphql::build_schema(std::string(kSdl), "test"), bindings);
  start(engine.execute({.query = "{ a { b { " + query + " } } }"}), [](const auto&) {});
  ASSERT_EQ(capture.passed.size(), 1u);
  EXPECT_TRUE(capture.passed.front().is_too_large);
  EXPECT_LT(capture.passed.front().selection.size(), 2 * kPassedBytesMax);
}

std::vector<Ask> asks_of(const PassedField& passed, std::size_t count, std::string_view key = "\"x\"") {
  return std::vector<Ask>(count, Ask{&passed, key});
}

TEST(Divide, KeepsWithinLimitsOfOthers) {
  const PassedField small{.selection = "{id}", .tokens = 3};
  EXPECT_EQ(divide({}), std::vector<std::size_t>());
  EXPECT_EQ(divide(asks_of(small, 1)), std::vector<std::size_t>({1}));
  EXPECT_EQ(divide(asks_of(small, 250)), std::vector<std::size_t>({100, 100, 50}));
  const PassedField long_one{.selection = "{...}", .tokens = 186};
  EXPECT_EQ(divide(asks_of(long_one, 45)), std::vector<std::size_t>({20, 20, 5}));
  const PassedField aliased{.selection = "{...}", .tokens = 12, .aliases = 7};
  EXPECT_EQ(divide(asks_of(aliased, 60)), std::vector<std::size_t>({50, 10}));
  const PassedField huge{.selection = "{...}", .tokens = 100'000};
  EXPECT_EQ(divide(asks_of(huge, 3)), std::vector<std::size_t>({1, 1, 1}));
  const std::string key(200'000, 'x');
  EXPECT_EQ(divide(asks_of(small, 5, key)), std::vector<std::size_t>({2, 2, 1}));
}

TEST(DocumentBody, WritesKeysInBothForms) {
  const PassedField one{.arguments = ",limit:2", .selection = "{id}"};
  const PassedField other{.selection = "{x:id}", .variables = {{"v1_0", "JSON", "{\"a.b\":1}"}}};
  const std::vector<Ask> asks = {{&one, "\"a\""}, {&one, "5"}, {&other, R"("\"")"}, {&other, "\"b\""}};
  const AskedQuery query{"getById", "id"};
  EXPECT_EQ(document_body(asks, query, KeyForm::variable),
            R"({"query":"query($k0:ID!,$k1:ID!,$k2:ID!,$v1_0:JSON,$k3:ID!){k0:getById(id:$k0,limit:2){id} k1:getById(id:$k1,limit:2){id} )"
            R"(k2:getById(id:$k2){x:id} k3:getById(id:$k3){x:id}}","variables":{"k0":"a","k1":5,"k2":"\"","v1_0":{"a.b":1},"k3":"b"}})");
  EXPECT_EQ(document_body(std::span(asks).first(2), query, KeyForm::literal),
            R"({"query":"{k0:getById(id:\"a\",limit:2){id} k1:getById(id:5,limit:2){id}}"})");
  EXPECT_EQ(document_body(std::span(asks).last(1), query, KeyForm::literal),
            R"({"query":"query($v1_0:JSON){k0:getById(id:\"b\"){x:id}}","variables":{"v1_0":{"a.b":1}}})");
}

}  // namespace
}  // namespace millrace::federation
