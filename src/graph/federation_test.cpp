// Queries and relations over real stores: federation sees only the interface of a store, so this stands one level above.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json/canonical.hpp"
#include "federation/resolvers.hpp"
#include "federation/subgraph.hpp"
#include "graphql/execution/engine.hpp"
#include "io/loop.hpp"
#include "store/memory/memory_store.hpp"

namespace millrace::federation {
namespace {

using document::Comparison;
using document::FieldPath;
using document::Filter;
using document::Operand;

/// Counts the calls that reach the store behind it.
class CountingStore : public document::Store {
 public:
  CountingStore(std::unique_ptr<document::Store> store, int& calls) : store_(std::move(store)), calls_(calls) {}
  Task<std::vector<document::Receipt>> append(std::vector<document::Append> appends) override { return store_->append(std::move(appends)); }
  Task<void> append_all(document::AppendSource& source) override { return store_->append_all(source); }
  Task<document::Documents> read(std::span<const std::string_view> ids, document::View view) override {
    ++calls_;
    return store_->read(ids, view);
  }
  Task<std::vector<document::Documents>> find(std::span<const document::Query> queries, document::View view) override {
    ++calls_;
    return store_->find(queries, view);
  }
  Task<std::vector<std::uint64_t>> count(std::span<const document::Query> queries, document::View view) override {
    ++calls_;
    return store_->count(queries, view);
  }
  Task<document::Documents> history(std::string_view id, document::View view, document::Position before, std::size_t limit) override {
    return store_->history(id, view, before, limit);
  }
  Task<document::Documents> changes(document::Position after, std::size_t limit, document::View view) override {
    return store_->changes(after, limit, view);
  }
  Task<document::Position> last_position() override { return store_->last_position(); }
  Task<Instant> latest() override { return store_->latest(); }
  document::Ledger& ledger() override { return store_->ledger(); }
  Task<void> ping() override { return store_->ping(); }

 private:
  std::unique_ptr<document::Store> store_;
  int& calls_;
};

/// Farms with coops and back, in two stores, each with its own schema.
class FederationTest : public testing::Test {
 protected:
  FederationTest() {
    farms_ = make_store();
    coops_ = make_store();
    by_id_farm_ = query("getById", *farms_, FieldPath::parse("id"), "id", false);
    by_id_coop_ = query("getById", *coops_, FieldPath::parse("id"), "id", false);
    by_farm_ = query("getByFarm", *coops_, FieldPath::parse("payload.farm_id"), "id", true);
    all_farms_ = {.name = "all", .store = farms_.get(), .filter = Filter::everything(), .is_list = true};
    bind("Query", "getById", farm_bindings_, add<QueryResolver>(by_id_farm_));
    bind("Query", "all", farm_bindings_, add<QueryResolver>(all_farms_));
    bind("Farm", "coops", farm_bindings_,
         add<RelationResolver>(RelationResolver::Options{&by_farm_, &coop_bindings_, {"\"coops_id\"", "\"id\""}, 0, true}));
    bind("Query", "getById", coop_bindings_, add<QueryResolver>(by_id_coop_));
    bind("Coop", "farm", coop_bindings_,
         add<RelationResolver>(RelationResolver::Options{&by_id_farm_, &farm_bindings_, {"\"farm_id\""}, 0, false}));
    graphql::EngineOptions options{.inherited_arguments = {"at"}};
    auto schema = graphql::build_schema(
        "type Farm { id: ID name: String coops(limit: Int, at: Float): [Coop] } type Coop { id: ID name: String farm: Farm }"
        " type Query { getById(id: ID, at: String): Farm all(at: String, limit: Int, offset: Int): [Farm] }",
        "farm");
    engine_ = std::make_unique<graphql::Engine>(*schema, farm_bindings_, options);
  }

  std::unique_ptr<document::Store> make_store() {
    return std::make_unique<CountingStore>(store::memory::make_store({.clock = [this] { return Instant{++now_ * 1000}; }}), calls_);
  }
  static EntityQuery query(std::string name, document::Store& store, FieldPath path, std::string parameter, bool is_list) {
    const bool is_by_id = path.root == FieldPath::Root::id;
    return {std::move(name),        &store,  Filter::compare(std::move(path), Comparison::equal, Operand::argument(0)),
            {std::move(parameter)}, is_list, is_by_id};
  }
  template <class T, class Argument>
  graphql::Resolver& add(Argument&& argument) {
    resolvers_.push_back(std::make_unique<T>(std::forward<Argument>(argument)));
    return *resolvers_.back();
  }
  static void bind(std::string_view type, std::string_view field, graphql::Bindings& bindings, graphql::Resolver& resolver) {
    bindings.bind(type, field, resolver);
  }

  void put(document::Store& store, std::string id, std::string payload, document::Operation operation = document::Operation::create) {
    std::vector<document::Append> appends;
    appends.push_back({operation, std::move(id), std::move(payload)});
    auto stored = loop_.block_on(store.append(std::move(appends)));
    ASSERT_TRUE(stored.has_value()) << stored.error().message;
  }
  void put_farms() {
    for (std::string farm : {"f1", "f2"}) {
      put(*farms_, farm, fmt::format(R"({{"name":"{}"}})", farm));
      for (int i = 0; i < 3; ++i) put(*coops_, fmt::format("{}c{}", farm, i), fmt::format(R"({{"name":"c{}","farm_id":"{}"}})", i, farm));
    }
  }
  std::string ask(std::string_view text) {
    calls_ = 0;
    return loop_.block_on(engine_->execute({text}))->body;
  }

  std::int64_t now_ = 0;
  int calls_ = 0;
  io::Loop loop_;
  std::unique_ptr<document::Store> farms_, coops_;
  EntityQuery by_id_farm_, by_id_coop_, by_farm_, all_farms_;
  graphql::Bindings farm_bindings_, coop_bindings_;
  std::vector<std::unique_ptr<graphql::Resolver>> resolvers_;
  std::unique_ptr<graphql::Engine> engine_;
};

TEST_F(FederationTest, WalksBothWaysInOneCallALevel) {
  put_farms();
  EXPECT_EQ(
      ask("{ all { name coops { name farm { name } } } }"),
      R"({"data":{"all":[{"name":"f2","coops":[{"name":"c2","farm":{"name":"f2"}},{"name":"c1","farm":{"name":"f2"}},{"name":"c0","farm":{"name":"f2"}}]},)"
      R"({"name":"f1","coops":[{"name":"c2","farm":{"name":"f1"}},{"name":"c1","farm":{"name":"f1"}},{"name":"c0","farm":{"name":"f1"}}]}]}})");
  EXPECT_EQ(calls_, 3);
}

TEST_F(FederationTest, PassesArgumentsAlong) {
  put_farms();
  EXPECT_EQ(ask(R"({ getById(id: "f1") { coops(limit: 1) { id } more: coops(limit: 2) { id } } })"),
            R"({"data":{"getById":{"coops":[{"id":"f1c2"}],"more":[{"id":"f1c2"},{"id":"f1c1"}]}}})");
  EXPECT_EQ(calls_, 2);
  EXPECT_EQ(ask("{ all(limit: 1, offset: 1) { id } }"), R"({"data":{"all":[{"id":"f1"}]}})");
}

TEST_F(FederationTest, ReadsEarlierTimesThroughEveryRelation) {
  put_farms();
  const std::int64_t before = now_;
  put(*farms_, "f1", R"({"name":"renamed"})", document::Operation::replace);
  put(*coops_, "f1c0", R"({"name":"moved","farm_id":"f2"})", document::Operation::replace);
  EXPECT_EQ(
      ask(R"({ getById(id: "f1") { name coops { name farm { name } } } })"),
      R"({"data":{"getById":{"name":"renamed","coops":[{"name":"c2","farm":{"name":"renamed"}},{"name":"c1","farm":{"name":"renamed"}}]}}})");
  EXPECT_EQ(
      ask(fmt::format(R"({{ getById(id: "f1", at: "{}") {{ name coops {{ name farm {{ name }} }} }} }})", before)),
      R"({"data":{"getById":{"name":"f1","coops":[{"name":"c2","farm":{"name":"f1"}},{"name":"c1","farm":{"name":"f1"}},{"name":"c0","farm":{"name":"f1"}}]}}})");
  EXPECT_EQ(ask(fmt::format(R"({{ getById(id: "f1") {{ name coops(at: {}) {{ name }} }} }})", before)),
            R"({"data":{"getById":{"name":"renamed","coops":[{"name":"c2"},{"name":"c1"},{"name":"c0"}]}}})");
}

TEST_F(FederationTest, TakesFractionsOfMilliseconds) {
  put(*farms_, "f1", R"({"name":"a"})");  // at 1 ms
  EXPECT_EQ(ask(R"({ getById(id: "f1", at: "0") { name } })"), R"({"data":{"getById":null}})");
  auto schema = graphql::build_schema("type Farm { name: String } type Query { getById(id: ID, at: Float): Farm }", "farm");
  graphql::Engine engine(*schema, farm_bindings_);
  EXPECT_EQ(loop_.block_on(engine.execute({R"({ getById(id: "f1", at: 0.9) { name } })"}))->body, R"({"data":{"getById":null}})");
  EXPECT_EQ(loop_.block_on(engine.execute({R"({ getById(id: "f1", at: 1.5) { name } })"}))->body, R"({"data":{"getById":{"name":"a"}}})");
}

TEST_F(FederationTest, NamesWhatIsNoInstant) {
  EXPECT_THAT(ask(R"({ getById(id: "f1", at: "yesterday") { name } })"),
              testing::AllOf(testing::HasSubstr("is no instant"), testing::HasSubstr("graphql.at")));
  EXPECT_THAT(ask("{ all(limit: -1) { name } }"), testing::HasSubstr("graphql.page"));
}

TEST_F(FederationTest, DanglingAndAbsentKeysAreNull) {
  put(*farms_, "f1", R"({"name":"f1"})");
  put(*coops_, "c", R"({"farm_id":"f1"})");
  put(*farms_, "f1", "", document::Operation::remove);
  auto schema = graphql::build_schema("type Farm { id: ID } type Coop { id: ID farm: Farm } type Query { getById(id: ID): Coop }", "coop");
  graphql::Engine engine(*schema, coop_bindings_);
  EXPECT_EQ(loop_.block_on(engine.execute({R"({ getById(id: "c") { farm { id } } })"}))->body, R"({"data":{"getById":{"farm":null}}})");
  put(*coops_, "d", R"({"name":"no key"})");
  EXPECT_EQ(loop_.block_on(engine.execute({R"({ getById(id: "d") { farm { id } } })"}))->body, R"({"data":{"getById":{"farm":null}}})");
  EXPECT_EQ(loop_.block_on(engine.execute({R"({ getById(id: "e") { id } })"}))->body, R"({"data":{"getById":null}})");
}

TEST_F(FederationTest, EqualKeysAreAskedOnce) {
  put(*farms_, "f1", R"({"name":"f1"})");
  std::vector<document::Append> appends;
  for (int i = 0; i < 50; ++i) appends.push_back({document::Operation::create, fmt::format("c{}", i), R"({"farm_id":"f1"})"});
  ASSERT_TRUE(loop_.block_on(coops_->append(std::move(appends))).has_value());
  std::string body = ask(R"({ getById(id: "f1") { coops { farm { name } } } })");
  EXPECT_EQ(calls_, 3);
  std::size_t farms = 0;
  for (std::size_t at = body.find("\"f1\""); at != std::string::npos; at = body.find("\"f1\"", at + 1)) ++farms;
  EXPECT_EQ(farms, 50u);
}

/// A store that gives nothing.
class AwayStore : public CountingStore {
 public:
  using CountingStore::CountingStore;
  Task<document::Documents> read(std::span<const std::string_view>, document::View) override {
    co_return Failure(Error{ErrorKind::unavailable, "store.unavailable", "The storage cannot be reached."});
  }
};

/// Both types by their ids: farms as the asking side's, coops with the resolvers of where they come from.
class SubgraphTest : public FederationTest {
 protected:
  void serve(document::Store& coops, std::size_t bytes_max = SIZE_MAX) {
    EntitiesResolver::Options entities{.types = {{"Farm", farms_.get(), nullptr}, {"Coop", &coops, &coop_bindings_}},
                                       .bytes_max = bytes_max};
    bind("Query", "_entities", farm_bindings_, add<EntitiesResolver>(std::move(entities)));
    bind("Query", "_service", farm_bindings_, add<ServiceResolver>(std::string_view("type \"Farm\"")));
    auto schema = graphql::build_schema(
        "type Farm { id: ID name: String coops(limit: Int): [Coop] } type Coop { id: ID name: String farm: Farm } scalar _Any"
        " union _Entity = Coop | Farm type _Service { sdl: String! }"
        " type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }",
        "subgraph");
    engine_ = std::make_unique<graphql::Engine>(*schema, farm_bindings_);
  }
};

TEST_F(SubgraphTest, TellsItsSdl) {
  serve(*coops_);
  EXPECT_EQ(ask("{ _service { text: sdl } }"), R"({"data":{"_service":{"text":"type \"Farm\""}}})");
}

TEST_F(SubgraphTest, ReadsEachTypeOnce) {
  put_farms();
  serve(*coops_);
  // The documents of both have the same members: only what was asked for tells them apart.
  EXPECT_EQ(
      ask(R"({ a: _entities(representations: [{__typename: "Coop", id: "f2c1"}, {__typename: "Farm", id: "f1"}, {__typename: "Coop", id: "x"}])
                    { __typename ... on Farm { name } ... on Coop { id } }
                  b: _entities(representations: [{id: "f2c1", __typename: "Coop"}, {id: "f1c0", __typename: "Coop"}]) { ... on Coop { name } } })"),
      R"({"data":{"a":[{"__typename":"Coop","id":"f2c1"},{"__typename":"Farm","name":"f1"},null],"b":[{"name":"c1"},{"name":"c0"}]}})");
  EXPECT_EQ(calls_, 2);
}

TEST_F(SubgraphTest, FollowsRelationsOfEachTypeWhereItComesFrom) {
  put_farms();
  serve(*coops_);
  EXPECT_EQ(ask(R"({ _entities(representations: [{__typename: "Coop", id: "f2c1"}, {__typename: "Farm", id: "f1"}])
                    { ... on Farm { coops(limit: 1) { farm { name } } } ... on Coop { farm { name } } } })"),
            R"({"data":{"_entities":[{"farm":{"name":"f2"}},{"coops":[{"farm":{"name":"f1"}}]}]}})");
}

TEST_F(SubgraphTest, WhatOneStoreCannotGiveLeavesTheOthers) {
  put_farms();
  AwayStore away(store::memory::make_store({}), calls_);
  serve(away);
  const std::string answer = ask(R"({ _entities(representations: [{__typename: "Farm", id: "f1"}, {__typename: "Coop", id: "f1c1"}, {}])
                                     { ... on Farm { name } } })");
  EXPECT_THAT(answer, testing::HasSubstr(R"("data":{"_entities":[{"name":"f1"},null,null]}})"));
  EXPECT_THAT(answer, testing::HasSubstr(R"("path":["_entities",1],"extensions":{"code":"store.unavailable"})"));
  EXPECT_THAT(answer, testing::HasSubstr(R"("path":["_entities",2],"extensions":{"code":"graphql.representation"})"));
}

TEST_F(SubgraphTest, GivesNoMoreThanAnAnswerMayBring) {
  put_farms();
  serve(*coops_, 60);
  const std::string one = R"({__typename: "Farm", id: "f1"})", other = R"({__typename: "Farm", id: "f2"})";
  EXPECT_EQ(ask("{ _entities(representations: [" + one + one + "]) { ... on Farm { name } } }"),
            R"({"data":{"_entities":[{"name":"f1"},{"name":"f1"}]}})");
  EXPECT_THAT(ask("{ _entities(representations: [" + one + one + one + "]) { ... on Farm { name } } }"),
              testing::AllOf(testing::HasSubstr("graphql.list_bytes"),
                             testing::HasSubstr(R"("data":{"_entities":[{"name":"f1"},{"name":"f1"},null]})")));
  serve(*coops_, 30);
  EXPECT_THAT(ask("{ _entities(representations: [" + one + other + "]) { ... on Farm { name } } }"),
              testing::AllOf(testing::HasSubstr("graphql.list_bytes"), testing::HasSubstr(R"("data":{"_entities":[null,null]})")));
}

}  // namespace
}  // namespace millrace::federation
