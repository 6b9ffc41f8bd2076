#include "graph/example_queries.hpp"

#include <gtest/gtest.h>

#include "graphql/language/parser.hpp"
#include "graphql/validation/validate.hpp"

namespace millrace::graph {
namespace {

std::vector<ExampleQuery> examples_of(std::string sdl, std::string_view document = "{}") {
  auto schema = graphql::build_schema(std::move(sdl), "test");
  EXPECT_TRUE(schema.has_value());
  auto examples = example_queries(**schema, document);
  for (const ExampleQuery& example : examples) {
    auto parsed = graphql::parse(example.query);
    EXPECT_TRUE(parsed.has_value()) << example.query;
    EXPECT_TRUE(graphql::validate(**schema, *parsed).empty()) << example.query;
  }
  return examples;
}

TEST(ExampleQueries, ShowAListADocumentAndARelation) {
  auto examples = examples_of(R"(
      type Query { getById(id: ID!, at: Float): Hen getByName(name: String!, limit: Int): [Hen!]! }
      type Hen { id: ID! name: String nest: Nest coop(at: Float): Coop eggs(of: Int!): Int }
      type Nest { straw: Boolean }
      type Coop { id: ID! hens: [Hen] })",
                              R"({"name": "Chuck", "id": 5, "nest": {"straw": true}})");
  ASSERT_EQ(examples.size(), 3u);
  EXPECT_EQ(examples[0].query, "query List($name: String!) {\n  getByName(name: $name, limit: 10) {\n    id\n    name\n  }\n}\n");
  EXPECT_EQ(examples[0].variables_text(), R"({"name": "Chuck"})");
  EXPECT_EQ(examples[1].query, "query ById($id: ID!) {\n  getById(id: $id) {\n    id\n    name\n  }\n}\n");
  EXPECT_EQ(examples[1].variables_text(), R"({"id": "example"})");
  EXPECT_EQ(examples[2].query,
            "query WithRelation($name: String!) {\n  getByName(name: $name, limit: 10) {\n    id\n    name\n    coop {\n      id\n    }\n  "
            "}\n}\n");
}

TEST(ExampleQueries, PreferTheListThatWantsLeast) {
  auto examples = examples_of("type Query { getByBarnYard(id: ID!): [Hen] getAll: [Hen] } type Hen { id: ID! }");
  EXPECT_NE(examples[0].query.find("getAll"), std::string::npos);
  examples = examples_of("type Query { getByBarnYard(id: ID!): [Hen] } type Hen { id: ID! }", R"({"id": "h", "barn_yard_id": "b"})");
  EXPECT_EQ(examples[0].variables_text(), R"({"id": "b"})");
}

TEST(ExampleQueries, ShowWhatThereIs) {
  auto examples = examples_of("type Query { all: [Hen] } type Hen { id: ID! }");
  ASSERT_EQ(examples.size(), 1u);
  EXPECT_EQ(examples[0].query, "query List {\n  all {\n    id\n  }\n}\n");
  EXPECT_EQ(examples[0].variables_text(), "{}");
  EXPECT_EQ(examples_of("type Query { hen(id: ID): Hen } type Hen { id: ID! mother: Hen }").size(), 2u);
  EXPECT_TRUE(examples_of("type Query { count: Int }").empty());
  EXPECT_TRUE(examples_of("type Query { find(by: By!): Hen } input By { id: ID } type Hen { id: ID! }").empty());
}

TEST(ExampleQueries, WalkThroughConnectionsUnionsAndLists) {
  auto examples = examples_of(R"(
      type Query { hens(first: Int, colors: [Color!]!): HenConnection! }
      type HenConnection { edges: [HenEdge] nodes: [Hen] pageInfo: PageInfo! total: Int }
      type HenEdge { cursor: String! node: Hen }
      type PageInfo { hasNextPage: Boolean! }
      type Hen { id: ID! friend: Friend }
      union Friend = Hen | Cat
      type Cat { id: ID! friends: [Friend] }
      enum Color { RED BLUE })");
  ASSERT_EQ(examples.size(), 1u);
  EXPECT_EQ(examples[0].variables_text(), R"({"colors": ["RED"]})");
  EXPECT_EQ(examples[0].query.find("nodes"), std::string::npos) << examples[0].query;
  EXPECT_NE(examples[0].query.find("node {\n"), std::string::npos) << examples[0].query;
  EXPECT_NE(examples[0].query.find("hens(first: 10, colors: $colors)"), std::string::npos) << examples[0].query;
  EXPECT_EQ(examples_of("type Query { any: [Friend] } union Friend = Hen | Cat type Hen { id: ID } type Cat { id: ID }").size(), 1u);
}

}  // namespace
}  // namespace millrace::graph
