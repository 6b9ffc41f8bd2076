#include "app/derive_queries.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/member_types.hpp"
#include "document/filter_text.hpp"

namespace millrace::app {
namespace {

constexpr std::string_view kSchema = R"(
type Event { id: ID! name: String age: Int raw_event_id: ID coop: Coop }
type Coop { id: ID! }
)";

/// What each Query field became, or the problems.
std::vector<std::string> derive(const std::string& fields, std::vector<QueryConfig> queries = {}) {
  auto schema = graphql::build_schema(std::string(kSchema) + "type Query { " + fields + " }", "x.graphql");
  if (!schema) return {to_string(schema.error().front())};
  GraphletteConfig config{.path = "/x/graph", .queries = std::move(queries)};
  std::vector<Problem> problems;
  const graphql::Type* type = entity_type(**schema, config, "x.graphql", problems);
  std::vector<std::string> texts;
  if (type != nullptr)
    for (const QueryModel& query : derive_queries(**schema, *type, config, "x.graphql", problems))
      texts.push_back(document::to_string(query.query.filter, query.query.parameters) + (query.query.is_by_id ? " by id" : ""));
  if (!problems.empty()) texts = {};
  for (const Problem& problem : problems) texts.push_back(problem.message + " | " + problem.hint);
  return texts;
}

using testing::ElementsAre;
using testing::HasSubstr;

TEST(DeriveQueries, FollowsNamesAndArguments) {
  EXPECT_THAT(derive("getById(id: ID!): Event"), ElementsAre("id == $id by id"));
  EXPECT_THAT(derive("event(id: ID): Event"), ElementsAre("id == $id by id"));
  EXPECT_THAT(derive("getByName(name: String!): [Event]"), ElementsAre("payload.name == $name"));
  EXPECT_THAT(derive("getByCoop(id: ID): [Event]"), ElementsAre("payload.coop_id == $id"));
  EXPECT_THAT(derive("getByRawEvent(id: ID): [Event]"), ElementsAre("payload.raw_event_id == $id"));
  EXPECT_THAT(derive("getByRawEventId(raw_event_id: ID!): [Event]"), ElementsAre("payload.raw_event_id == $raw_event_id"));
  EXPECT_THAT(derive("all(at: Float, limit: Int, offset: Int): [Event]"), ElementsAre("everything"));
  EXPECT_THAT(derive("find(name: String, age_gte: Int, age_lt: Int, name_prefix: String, id_in: [ID!]): [Event]"),
              ElementsAre("payload.name == $name and payload.age >= $age_gte and payload.age < $age_lt and payload.name starts with "
                          "$name_prefix and id in $id_in"));
  EXPECT_THAT(derive("byCoop(coop_id: ID): [Event]"), ElementsAre("payload.coop_id == $coop_id"));
}

TEST(DeriveQueries, RefusesWhatFitsNothing) {
  EXPECT_THAT(derive("find(nam: String): [Event]"),
              ElementsAre(AllOf(HasSubstr("\"nam\" of \"find\" fits no field"), HasSubstr("Did you mean \"name\""))));
  EXPECT_THAT(derive("a: Event b: Coop"), ElementsAre(HasSubstr("but the entity at /x/graph is Event")));
  EXPECT_THAT(derive("count: Int"), ElementsAre(HasSubstr("which is no object type")));
}

TEST(DeriveQueries, ReadsTemplates) {
  QueryConfig by_name{.name = "getByName", .query = R"({"payload.name": "{{id}}"})", .id = "name"};
  EXPECT_THAT(derive("getByName(name: String, at: Float): Event", {by_name}), ElementsAre("payload.name == $name"));
  QueryConfig by_id{.name = "getById", .query = R"({"id": "{{id}}"})"};
  EXPECT_THAT(derive("getById(id: ID): Event", {by_id}), ElementsAre("id == $id by id"));
  QueryConfig sql{.name = "getByName", .query = "payload->>'name' = '{{name}}'"};
  EXPECT_THAT(derive("getByName(name: String): Event", {sql}), ElementsAre("payload.name == $name"));
  QueryConfig unknown{.name = "getByNam", .query = "{}"};
  EXPECT_THAT(derive("getByName(name: String): Event", {unknown}), ElementsAre(HasSubstr("no Query field \"getByNam\"")));
  QueryConfig vector{.name = "getByName", .query = "{}", .is_list = true};
  EXPECT_THAT(derive("getByName(name: String): Event", {vector}), ElementsAre(HasSubstr("Move it to the singletons")));
  QueryConfig argument{.name = "getByName", .query = R"({"payload.name": "{{nam}}"})"};
  EXPECT_THAT(derive("getByName(name: String): Event", {argument}), ElementsAre(HasSubstr("Did you mean \"name\"")));
}

TEST(SnakeCase, SplitsWords) {
  EXPECT_EQ(snake_case("rawEvent"), "raw_event");
  EXPECT_EQ(snake_case("RawEvent"), "raw_event");
  EXPECT_EQ(snake_case("coop"), "coop");
  EXPECT_EQ(snake_case("HTTPServer"), "http_server");
  EXPECT_EQ(snake_case("already_snake"), "already_snake");
}

}  // namespace
}  // namespace millrace::app
