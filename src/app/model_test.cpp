#include "app/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "app/check.hpp"
#include "base/json/document.hpp"

namespace millrace::app {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kSdl =
    "type A { id: ID name: String b: B } type B { id: ID name: String } type Query { getById(id: ID): A getByName(name: String): [A] }";

/// A config folder of its own for each test.
class ModelTest : public testing::Test {
 protected:
  ModelTest() {
    folder_ = std::filesystem::temp_directory_path() /
              fmt::format("millrace-model-{}-{}", getpid(), testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_ / "config");
    write("config/a.graphql", kSdl);
  }
  ~ModelTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }

  /// The model of a config, or its problems as lines.
  Checked<Model> derive(std::string_view config) const {
    write("config/config.conf", config);
    hocon::Options options;
    options.environment = [](const std::string&) { return std::nullopt; };
    auto read = read_config(folder_ / "config" / "config.conf", options);
    if (!read) return std::unexpected(read.error());
    return derive_model(*std::move(read), 4055);
  }
  std::vector<std::string> problems(std::string_view config) const {
    std::vector<std::string> lines;
    auto model = derive(config);
    if (model) return lines;
    for (const Problem& problem : model.error()) lines.push_back(to_string(problem));
    return lines;
  }
  static std::string graphlette(std::string_view more, std::string_view schema = "a.graphql") {
    return fmt::format("graphlettes = [ {{ path = /a/graph, schema = {}, storage {{ type = memory, collection = a }}, {} }} ]", schema,
                       more);
  }

  std::filesystem::path folder_;
};

TEST_F(ModelTest, TellsWhatNoIndexServes) {
  const auto described = [&](std::string_view filter) {
    const auto model = derive(graphlette(fmt::format("rootConfig {{ vectors = [ {{ name = getByName, query = {} }} ] }}", filter)));
    return model ? describe(*model) : to_string(model.error().front());
  };
  EXPECT_THAT(described(R"({ "$or" = [ { "payload.name" = "{{name}}" }, { "payload.name" = x } ] })"),
              HasSubstr("no index serves its filter: every document is"));
  EXPECT_THAT(described(R"({ "payload.name" = "{{name}}" })"), testing::Not(HasSubstr("no index serves")));
}

TEST_F(ModelTest, DerivesTheExamples) {
  for (std::string_view example : {"events", "farm"}) {
    auto config = read_config(std::filesystem::path(MILLRACE_SOURCE_DIR) / "examples" / example / "config" / "config.conf");
    ASSERT_TRUE(config.has_value()) << to_string(config.error().front());
    auto model = derive_model(*std::move(config), 4055);
    ASSERT_TRUE(model.has_value()) << to_string(model.error().front());
    EXPECT_EQ(model->restlettes.size(), model->graphlettes.size());
    EXPECT_THAT(describe(*model), HasSubstr("follows"));
  }
}

TEST_F(ModelTest, DerivesARestApiAndASchema) {
  auto model = derive(graphlette(""));
  ASSERT_TRUE(model.has_value());
  ASSERT_EQ(model->restlettes.size(), 1u);
  EXPECT_EQ(model->restlettes[0].path, "/a/api");
  EXPECT_EQ(model->restlettes[0].schema_origin, "derived from type A");
  EXPECT_THAT(model->entities[0].indexes, testing::SizeIs(1));
}

TEST_F(ModelTest, TakesTheSchemaBesideTheGraphFolder) {
  write("config/graph/a.graphql", kSdl);
  write("config/json/a.schema.json", R"({"type":"object","additionalProperties":false,"properties":{"name":{}}})");
  auto model = derive(graphlette("", "graph/a.graphql"));
  ASSERT_TRUE(model.has_value());
  EXPECT_THAT(model->restlettes[0].schema_origin, HasSubstr("a.schema.json"));
  EXPECT_THAT(model->restlettes[0].schema->text(), HasSubstr("\"name\""));
}

TEST_F(ModelTest, LooksInTheFolderAboveToo) {
  write("b.graphql", kSdl);
  EXPECT_THAT(problems(graphlette("", "b.graphql")), IsEmpty());
  EXPECT_THAT(problems(graphlette("", "config/a.graphql")), IsEmpty());
  EXPECT_THAT(problems(graphlette("", "c.graphql")),
              Contains(testing::AllOf(HasSubstr("c.graphql\" is not there"), HasSubstr("Looked for"), HasSubstr("config/c.graphql"))));
}

TEST_F(ModelTest, NamesUnknownKeysAndTheNearest) {
  auto lines = problems("prot = 1\n" + graphlette("rootConfg { }"));
  EXPECT_THAT(lines, Contains(testing::AllOf(HasSubstr("config.conf:1:1:"), HasSubstr("\"prot\""), HasSubstr("Did you mean \"port\""))));
  EXPECT_THAT(lines, Contains(testing::AllOf(HasSubstr("config.conf:2:"), HasSubstr("Did you mean \"rootConfig\""))));
}

TEST_F(ModelTest, KeepsNamesThatSubstitutionsReferTo) {
  EXPECT_THAT(problems("db { type = memory, collection = a }\ngraphlettes = [ { path = /a/graph, schema = a.graphql, storage = ${db} } ]"),
              IsEmpty());
}

TEST_F(ModelTest, ReportsAllThatIsMissingOrWrong) {
  auto lines = problems("port = 70000\ngraphlettes = [ { storage { type = mysql } } ]");
  EXPECT_THAT(lines, Contains(HasSubstr("port must be a whole number from 0 to 65535")));
  EXPECT_THAT(lines, Contains(HasSubstr("graphlettes[0].path is missing")));
  EXPECT_THAT(lines, Contains(HasSubstr("graphlettes[0].schema is missing")));
  EXPECT_THAT(lines, Contains(HasSubstr("no storage type \"mysql\"")));
  EXPECT_THAT(lines, Contains(HasSubstr("graphlettes[0].storage.collection is missing")));
  EXPECT_THAT(problems("port = 1"), Contains(HasSubstr("nothing to serve")));
}

TEST_F(ModelTest, ReportsTheProblemsOfAllStagesTogether) {
  write("config/b.graphql", "type B { id: Nothing } type Query { getById(id: ID): B }");
  auto lines = problems(
      "prot = 1\ngraphlettes = [\n{ path = /a/graph, schema = a.graphql, storage { type = memory, collection = a }, rootConfig { resolvers "
      "= [\n"
      "{ name = c, queryName = getById, url = /a/graph }, { name = b, queryName = getByName, url = /b/graph } ] } }\n"
      "{ path = /b/graph, schema = b.graphql, storage { type = memori, collection = b } }\n"
      "{ path = /c/graph, schema = c.graphql } ]");
  EXPECT_THAT(lines, testing::UnorderedElementsAre(HasSubstr("config.conf:1:1: There is no setting \"prot\""), HasSubstr("no field \"c\""),
                                                   HasSubstr("b.graphql:1:14: Unknown type \"Nothing\""),
                                                   HasSubstr("no storage type \"memori\""), HasSubstr("graphlettes[2].storage is missing"),
                                                   HasSubstr("The file \"c.graphql\" is not there")));
}

TEST_F(ModelTest, SaysWhereAKeyBelongs) {
  EXPECT_THAT(problems(graphlette("collection = a")), Contains(HasSubstr("\"collection\" is a setting of graphlettes[].storage")));
  EXPECT_THAT(problems(graphlette("bodyBytes = 1")), Contains(HasSubstr("\"bodyBytes\" is a setting of limits")));
}

TEST_F(ModelTest, TakesSizesAndDurationsWithUnits) {
  auto model = derive("limits { bodyBytes = 2MiB, bulkBytes = 100 }\nshutdownTimeout = 3 seconds\n" + graphlette(""));
  ASSERT_TRUE(model.has_value());
  EXPECT_EQ(model->config.body_bytes_max, 2u << 20);
  EXPECT_EQ(model->config.bulk_bytes_max, 100u);
  EXPECT_EQ(model->config.shutdown_timeout, std::chrono::seconds(3));
  EXPECT_EQ(model->config.port, 4055);
  EXPECT_EQ(model->config.url, "http://localhost:4055");
  EXPECT_THAT(problems("limits { bodyBytes = much }\n" + graphlette("")), Contains(HasSubstr("limits.bodyBytes must be a size")));
}

TEST_F(ModelTest, TakesAnObjectWithNumbersForAList) {
  const std::string_view one = "{ path = /a/graph, schema = a.graphql, storage { type = memory, collection = a } }";
  const std::string_view other = "{ path = /b/graph, schema = a.graphql, storage { type = memory, collection = b } }";
  auto model = derive(fmt::format("graphlettes.10 = {}\ngraphlettes.9 = {}", other, one));
  ASSERT_TRUE(model.has_value());
  EXPECT_EQ(model->graphlettes.at(0).path, "/a/graph");
  EXPECT_EQ(model->graphlettes.at(1).path, "/b/graph");
  EXPECT_THAT(problems(fmt::format("graphlettes.first = {}", one)), Contains(HasSubstr("graphlettes must be a list of objects")));
}

TEST_F(ModelTest, FollowsReferencesToFilesBesideTheSchema) {
  write("config/graph/a.graphql", kSdl);
  write("config/json/a.schema.json",
        R"({"$id": "https://x.example/a", "properties": {"name": {"$ref": "of%20all/name.json#/$defs/name"}}})");
  write("config/json/of all/name.json", R"({"$defs": {"name": {"$ref": "../text.json"}}})");
  EXPECT_THAT(problems(graphlette("", "graph/a.graphql")),
              Contains(testing::AllOf(HasSubstr("of all/name.json:1:29: The reference \"../text.json\""), HasSubstr("Looked for /"),
                                      HasSubstr("config/json/text.json"))));
  write("config/json/text.json", R"({"type": "string", "not": {"$ref": "a.schema.json#/none"}})");
  EXPECT_THAT(problems(graphlette("", "graph/a.graphql")), Contains(HasSubstr("text.json:1:36: The reference \"a.schema.json#/none\"")));
  write("config/json/text.json", R"({"type": "string"})");
  auto model = derive(graphlette("", "graph/a.graphql"));
  ASSERT_TRUE(model.has_value());
  EXPECT_FALSE(model->restlettes[0].schema->validate(json::parse(R"({"name": 1})")->root()).empty());
  write("config/json/a.schema.json", R"({"$ref": "https://x.example/b"})");
  EXPECT_THAT(problems(graphlette("", "graph/a.graphql")), Contains(HasSubstr("Nothing is fetched from \"https://x.example/b\"")));
}

TEST_F(ModelTest, PlacesProblemsOfTextsInTheConfig) {
  const std::string restlette = "restlettes = [ { path = /a/api, storage { type = memory, collection = a },\n  schema = ";
  EXPECT_THAT(problems(graphlette("", "\"\"\"type A { id: ID }\n type Query { a: Nothing }\"\"\"")),
              Contains(HasSubstr("config.conf:2:18: Unknown type \"Nothing\"")));
  EXPECT_THAT(problems(graphlette("", "\"type A { id: Nope } type Query { a: A }\"")),
              Contains(HasSubstr("config.conf:1:59: Unknown type")));
  EXPECT_THAT(problems(restlette + "\"\"\"{\n \"type\": \"strin\"}\"\"\" } ]"),
              Contains(HasSubstr("config.conf:3:10: There is no type \"strin\"")));
  EXPECT_THAT(problems(restlette + "{ properties {\n    a { type = strin } } } } ]"),
              Contains(HasSubstr("config.conf:3:16: There is no type \"strin\"")));
}

TEST_F(ModelTest, FollowsResolvers) {
  const std::string own = "rootConfig { resolvers = [ { name = b, queryName = getById, url = \"http://localhost:4055/a/graph\" } ] }";
  auto model = derive(graphlette(own));
  ASSERT_TRUE(model.has_value());
  const RelationModel& relation = model->graphlettes[0].relations.at(0);
  EXPECT_EQ(relation.type + '.' + relation.field, "A.b");
  EXPECT_THAT(relation.keys, testing::ElementsAre("b_id", "id"));
  EXPECT_THAT(problems(graphlette("rootConfig { internalSingletonResolvers = [ { name = b, queryName = getById, graphletteName = a } ] }")),
              IsEmpty());
}

TEST_F(ModelTest, NamesResolversThatLeadNowhere) {
  const auto resolver = [this](std::string_view body) {
    return problems(graphlette(fmt::format("rootConfig {{ resolvers = [ {{ {} }} ] }}", body)));
  };
  EXPECT_THAT(resolver("name = c, queryName = getById, url = /a/graph"), Contains(HasSubstr("no field \"c\"")));
  EXPECT_THAT(resolver("name = name, queryName = getById, url = /a/graph"), Contains(HasSubstr("gives no object")));
  EXPECT_THAT(resolver("name = b, queryName = getByI, url = /a/graph"), Contains(HasSubstr("Did you mean \"getById\"")));
  EXPECT_THAT(resolver("name = b, queryName = getById, url = /b/graph"), Contains(HasSubstr("has no graphlette")));
  EXPECT_THAT(resolver("name = b, queryName = getById, url = \"elsewhere/a/graph\""), Contains(HasSubstr("none that can be asked")));
  EXPECT_THAT(resolver("name = b, queryName = \"get{\", url = \"http://elsewhere/graph\""), Contains(HasSubstr("no name in GraphQL")));
}

TEST_F(ModelTest, FollowsResolversToOtherServers) {
  auto model = derive(graphlette(R"(rootConfig { resolvers = [ {
    name = b, queryName = getBy, url = "http://elsewhere:81/x/graph", argument = key, at = false, timeout = 2s, retries = 0
    breaker { failures = 7 } } ] })"));
  ASSERT_TRUE(model.has_value());
  const RelationModel& relation = model->graphlettes[0].relations.at(0);
  ASSERT_TRUE(relation.remote.has_value());
  const RemoteModel& remote = *relation.remote;
  EXPECT_EQ(remote.split.host + ' ' + remote.split.port + ' ' + remote.split.path, "elsewhere 81 /x/graph");
  EXPECT_EQ(relation.query + ' ' + remote.config.argument, "getBy key");
  EXPECT_FALSE(remote.config.passes_at);
  EXPECT_EQ(remote.config.timeout, std::chrono::seconds(2));
  EXPECT_EQ(remote.config.connect_timeout, std::chrono::seconds(1));
  EXPECT_EQ(remote.config.retries, 0u);
  EXPECT_EQ(remote.config.breaker_failures, 7u);
  EXPECT_THAT(relation.keys, testing::ElementsAre("b_id", "id"));
}

TEST_F(ModelTest, RefusesWhatIsNotServed) {
  write("config/a.graphql", std::string(kSdl) + " type Subscription { change: A }");
  EXPECT_THAT(problems(graphlette("")), Contains(HasSubstr("No subscription is derived from \"change\". (Did you mean \"changed\"?)")));
  write("config/a.graphql", "type A { id: ID } type Query { all(first: Int): [A] }");
  EXPECT_THAT(problems(graphlette("")), Contains(HasSubstr("\"first\" of \"all\" fits no field")));
}

TEST_F(ModelTest, FindsPathsThatMeet) {
  const auto at = [this](std::string_view path) {
    return problems(
        fmt::format("graphlettes = [ {{ path = \"{}\", schema = a.graphql, storage {{ type = memory, collection = b }} }},"
                    "{{ path = /a/graph, schema = a.graphql, storage {{ type = memory, collection = a }} }} ]",
                    path));
  };
  EXPECT_THAT(at("/b/graph"), IsEmpty());
  EXPECT_THAT(at("/a/api"), Contains(HasSubstr("The path \"/a/api\"")));
  EXPECT_THAT(at("/health"), Contains(HasSubstr("the health page")));
  EXPECT_THAT(at("/b/graph?x=1"), Contains(HasSubstr("can never be asked for")));
}

TEST_F(ModelTest, RefusesSqlWhereNoneIsSpoken) {
  EXPECT_THAT(problems(graphlette("rootConfig { vectors = [ { name = getByName, query = \"lower(payload->>'name') = '{{name}}'\" } ] }")),
              Contains(HasSubstr("does not speak")));
}

TEST_F(ModelTest, ReportsProblemsOfTheSdlInItsFile) {
  write("config/a.graphql", "type A { id: ID }\ntype Query { a: Nothing }");
  EXPECT_THAT(problems(graphlette("")), Contains(testing::AllOf(HasSubstr("a.graphql:2:"), HasSubstr("Nothing"))));
}

}  // namespace
}  // namespace millrace::app
