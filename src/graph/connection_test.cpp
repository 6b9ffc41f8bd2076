// Connections and mutations over a store in memory.
#include "federation/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "federation/entity_mutation.hpp"
#include "federation/resolvers.hpp"
#include "graphql/execution/engine.hpp"
#include "io/loop.hpp"
#include "store/memory/memory_store.hpp"

namespace millrace::federation {
namespace {

constexpr std::string_view kSchema = R"(
type Hen { id: ID! name: String eggs: Int }
type HenConnection { edges: [HenEdge] nodes: [Hen] pageInfo: PageInfo totalCount: Int }
type HenEdge { node: Hen cursor: String }
type PageInfo { hasNextPage: Boolean hasPreviousPage: Boolean startCursor: String endCursor: String }
input HenInput { id: ID name: String eggs: Int }
type Query { hens(eggs: Int, orderBy: String, where: JSON, first: Int, after: String, last: Int, before: String): HenConnection }
type Mutation { createHen(input: HenInput!): Hen updateHen(id: ID!, input: HenInput!, expectedVersion: Int): Hen deleteHen(id: ID!): Boolean }
)";

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() {
    hens_ = {.name = "hens",
             .store = store_.get(),
             .filter =
                 document::Filter::compare(document::FieldPath::parse("eggs"), document::Comparison::equal, document::Operand::argument(0)),
             .parameters = {"eggs"},
             .ordering = Ordering({"id", "name", "eggs"}),
             .takes_where = true,
             .is_connection = true};
    counts_.add(hens_);
    using Kind = EntityMutation::Kind;
    mutations_ = {{.name = "createHen", .kind = Kind::create, .input = "input"},
                  {.name = "updateHen", .kind = Kind::update, .input = "input", .id = "id", .expected_version = "expectedVersion"},
                  {.name = "deleteHen", .kind = Kind::remove, .gives = EntityMutation::Gives::boolean, .id = "id"}};
    graphql::Bindings bindings;
    bindings.bind("Query", "hens", query_);
    bindings.bind("HenConnection", "nodes", nodes_);
    bindings.bind("HenConnection", "totalCount", counts_);
    for (EntityMutation& mutation : mutations_) {
      mutation.store = store_.get();
      resolvers_.push_back(std::make_unique<MutationResolver>(mutation));
      bindings.bind("Mutation", mutation.name, *resolvers_.back());
    }
    engine_ = std::make_unique<graphql::Engine>(*graphql::build_schema(std::string(kSchema), "hen"), bindings);
  }

  std::string ask(std::string_view text) { return loop_.block_on(engine_->execute({text}))->body; }

  void lay() {
    for (int i = 0; i < 5; ++i)
      ask(fmt::format(R"(mutation {{ createHen(input: {{id: "{}", name: "{}", eggs: {}}}) {{ id }} }})", i, "edcba"[i], i % 2));
  }

  io::Loop loop_;
  std::unique_ptr<document::Store> store_ = store::memory::make_store();
  EntityQuery hens_;
  QueryResolver query_{hens_};
  NodesResolver nodes_;
  CountResolver counts_;
  std::vector<EntityMutation> mutations_;
  std::vector<std::unique_ptr<MutationResolver>> resolvers_;
  std::unique_ptr<graphql::Engine> engine_;
};

TEST_F(ConnectionTest, GivesNodesCountsAndPages) {
  lay();
  EXPECT_EQ(
      ask("{ hens(first: 2) { totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage } } }"),
      R"({"data":{"hens":{"totalCount":5,"nodes":[{"id":"4"},{"id":"3"}],"pageInfo":{"hasNextPage":true,"hasPreviousPage":false}}}})");
  EXPECT_EQ(ask(R"({ hens(last: 2, orderBy: "name") { nodes { name } pageInfo { hasNextPage hasPreviousPage } } })"),
            R"({"data":{"hens":{"nodes":[{"name":"d"},{"name":"e"}],"pageInfo":{"hasNextPage":false,"hasPreviousPage":true}}}})");
  EXPECT_EQ(ask(R"({ hens(eggs: 1, where: {name: {_gt: "b"}}) { totalCount edges { node { name } } } })"),
            R"({"data":{"hens":{"totalCount":1,"edges":[{"node":{"name":"d"}}]}}})");
  EXPECT_EQ(ask("{ a: hens(eggs: 0) { totalCount } b: hens(eggs: 1) { totalCount } c: hens { totalCount } }"),
            R"({"data":{"a":{"totalCount":3},"b":{"totalCount":2},"c":{"totalCount":5}}})");
}

TEST_F(ConnectionTest, MutationsChangeWhatIsThere) {
  lay();
  EXPECT_EQ(ask(R"(mutation { a: updateHen(id: "0", input: {eggs: null}) { name eggs } b: deleteHen(id: "1") })"),
            R"({"data":{"a":{"name":"e","eggs":null},"b":true}})");
  EXPECT_EQ(ask(R"({ hens(eggs: 0) { totalCount } })"), R"({"data":{"hens":{"totalCount":2}}})");
  EXPECT_THAT(ask(R"(mutation { deleteHen(id: "1") })"),
              testing::AllOf(testing::HasSubstr("document.not_found"), testing::HasSubstr(R"("data":{"deleteHen":null})")));
  EXPECT_THAT(ask(R"(mutation { updateHen(id: "0", input: {id: "2"}) { id } })"), testing::HasSubstr(R"("path":"/input/id")"));
  EXPECT_THAT(ask(R"(mutation { updateHen(id: "0", input: {}, expectedVersion: 1) { id } })"), testing::HasSubstr("document.version"));
}

}  // namespace
}  // namespace millrace::federation
