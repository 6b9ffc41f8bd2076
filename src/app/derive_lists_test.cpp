// Orders, filters, pages and mutations that an SDL declares: what is taken, and what is refused with its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/check.hpp"
#include "app/model.hpp"

namespace millrace::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kTypes = R"(
type Hen { id: ID! name: String! eggs: Int! retired: Boolean size: Size tags: [String!] data: JSON coop_id: ID coop: Coop }
type Coop { id: ID! name: String }
enum Size { SMALL LARGE }
enum Colour { RED }
enum Direction { ASC DESC }
type HenConnection { edges: [HenEdge] nodes: [Hen] pageInfo: PageInfo totalCount: Int }
type HenEdge { node: Hen cursor: String }
type PageInfo { hasNextPage: Boolean hasPreviousPage: Boolean startCursor: String endCursor: String }
)";

/// The model of an entity in memory whose SDL has these Query fields, and more definitions.
Checked<Model> derive(std::string_view fields, std::string_view more = {}, bool immutable = false) {
  Config config;
  config.file = "config.conf";
  GraphletteConfig graphlette{.path = "/hen/graph"};
  graphlette.schema = SourceConfig{.text = fmt::format("{}\ntype Query {{ {} }}\n{}", kTypes, fields, more)};
  graphlette.storage = {.type = "memory", .collection = "hens"};
  RestletteConfig restlette{.path = "/hen/api", .storage = graphlette.storage, .behaviour = {.immutable = immutable}};
  config.graphlettes.push_back(std::move(graphlette));
  config.restlettes.push_back(std::move(restlette));
  return derive_model(std::move(config), 4055);
}

std::vector<std::string> problems(std::string_view fields, std::string_view more = {}, bool immutable = false) {
  std::vector<std::string> lines;
  const auto model = derive(fields, more, immutable);
  if (model) return lines;
  for (const Problem& problem : model.error()) lines.push_back(problem.message + " | " + problem.hint);
  return lines;
}

TEST(DeriveLists, TakesEveryShapeOfOrder) {
  EXPECT_THAT(problems("a(orderBy: String): [Hen] b(orderBy: [String!]): [Hen] c(orderBy: JSON): [Hen]"), IsEmpty());
  EXPECT_THAT(problems("a(orderBy: [By!]): [Hen]", "enum By { NAME_ASC name_desc Eggs_Desc COOP_ID_ASC NAME id }"), IsEmpty());
  EXPECT_THAT(problems("a(orderBy: By): [Hen]", "input By { field: Fields! direction: Direction } enum Fields { NAME EGGS }"), IsEmpty());
  EXPECT_THAT(problems("a(orderBy: By): [Hen]", "input By { field: String! direction: String }"), IsEmpty());
  EXPECT_THAT(problems("a(orderBy: [By]): [Hen]", "input By { name: Direction eggs: D } enum D { asc desc }"), IsEmpty());
}

TEST(DeriveLists, RefusesOrdersThatFitNothing) {
  EXPECT_THAT(problems("a(orderBy: By): [Hen]", "enum By { NAM_ASC }"),
              ElementsAre(AllOf(HasSubstr("\"By.NAM_ASC\", which fits no field"), HasSubstr("Did you mean \"name\""))));
  EXPECT_THAT(problems("a(orderBy: By): [Hen]", "enum By { weight_ASC }"), ElementsAre(HasSubstr("Fields are id, name, eggs")));
  EXPECT_THAT(problems("a(orderBy: By): [Hen]", "enum By { egs_ASC }"), ElementsAre(HasSubstr("Did you mean \"eggs\"")));
  EXPECT_THAT(problems("a(orderBy: By): [Hen]", "input By { egs: Direction }"), ElementsAre(HasSubstr("Did you mean \"eggs\"")));
  EXPECT_THAT(problems("a(orderBy: By): [Hen]", "input By { eggs: Size }"), ElementsAre(HasSubstr("which is no direction")));
  EXPECT_THAT(problems("a(orderBy: By): [Hen]", "input By { field: String way: Direction }"), ElementsAre(HasSubstr("beside \"field\"")));
  EXPECT_THAT(problems("a(orderBy: Int): [Hen]"), ElementsAre(HasSubstr("is Int, which names no fields")));
}

TEST(DeriveLists, RefusesArgumentsThatCanFindNothing) {
  EXPECT_THAT(
      problems("a(name_in: [String], name: String, eggs_in: [Int], eggs_gte: Float, retired: Boolean, retired_ne: Boolean, size: Size,"
               " size_in: [Size!], tags: String, tags_in: [String], data: String, coop_id: ID, coop_id_in: [ID!], id_in: [ID!]): [Hen]"),
      IsEmpty());
  EXPECT_THAT(problems("a(eggs: String): [Hen]"), ElementsAre(HasSubstr("\"eggs: String\" of \"a\" can find nothing: \"eggs\" is Int!")));
  EXPECT_THAT(problems("a(eggs_in: [ID!]): [Hen]"), ElementsAre(HasSubstr("never equals")));
  EXPECT_THAT(problems("a(name_gt: Int): [Hen]"), ElementsAre(HasSubstr("never equals")));
  EXPECT_THAT(problems("a(retired_lt: Boolean): [Hen]"), ElementsAre(HasSubstr("no order")));
  EXPECT_THAT(problems("a(eggs_prefix: Int): [Hen]"), ElementsAre(HasSubstr("a prefix is a string")));
  EXPECT_THAT(problems("a(size: Colour): [Hen]"), ElementsAre(HasSubstr("never equals")));
  EXPECT_THAT(problems("a(name: [String]): [Hen]"), ElementsAre(HasSubstr("it is a list")));
  EXPECT_THAT(problems("a(coop: ID): [Hen]"), ElementsAre(HasSubstr("can find nothing")));
  EXPECT_THAT(problems("a(where: Where): [Hen]", "input Where { name: String }"), ElementsAre(HasSubstr("no filter is derived")));
  EXPECT_THAT(problems("a(limit: String): [Hen]"), ElementsAre(HasSubstr("Declare it as Int")));
}

TEST(DeriveLists, TakesConnections) {
  const auto model =
      derive("hens(first: Int, after: String, orderBy: String, where: JSON, name_prefix: String): HenConnection! one(id: ID): Hen");
  ASSERT_TRUE(model) << to_string(model.error().front());
  EXPECT_EQ(model->graphlettes[0].type->name, "Hen");
  EXPECT_TRUE(model->graphlettes[0].query("hens")->query.is_connection);
  EXPECT_THAT(describe(*model),
              HasSubstr("where payload.name starts with $name_prefix  and $where  by $orderBy (id, name, eggs, retired, size, "
                        "tags, data, coop_id, coop)  pages $first, $after"));
  EXPECT_THAT(describe(*model), HasSubstr("no index serves its orders: all that match are looked at"));
  EXPECT_THAT(problems("hens(limit: Int): HenConnection"), ElementsAre(HasSubstr("paged by first, after")));
  EXPECT_THAT(problems("hens(first: Int): [Hen]"), ElementsAre(HasSubstr("a list has limit and offset")));
  EXPECT_THAT(problems("a: C", "type C { edges: [HenEdge] pageInfo: PageInfo sum: Int }"),
              ElementsAre(HasSubstr("\"C.sum\" is no field of")));
}

TEST(DeriveMutations, FollowsNamesAndArguments) {
  const auto model = derive("one(id: ID): Hen", R"(
    input HenInput { id: ID name: String! eggs: Int coop_id: ID size: Size tags: [String!] }
    type Mutation {
      createHen(input: HenInput!): Hen!
      create(name: String!, eggs: Int): ID
      createHens(inputs: [HenInput!]!): [Hen!]!
      createMany(input: [JSON!]!): [ID!]!
      updateHen(id: ID!, input: HenInput!, expectedVersion: Int): Hen
      update(id: ID!, name: String): Boolean
      deleteHen(id: ID!, expected_version: Int): Hen
      delete(id: ID!): Boolean!
    })");
  ASSERT_TRUE(model) << to_string(model.error().front());
  const std::string text = describe(*model);
  EXPECT_THAT(text, HasSubstr("createHen: Hen!  creates $input"));
  EXPECT_THAT(text, HasSubstr("create: ID  creates name, eggs"));
  EXPECT_THAT(text, HasSubstr("createHens: [Hen!]!  creates all or none of $inputs"));
  EXPECT_THAT(text, HasSubstr("updateHen: Hen  changes id $id by $input  if at version $expectedVersion"));
  EXPECT_THAT(text, HasSubstr("update: Boolean  changes id $id by name"));
  EXPECT_THAT(text, HasSubstr("deleteHen: Hen  deletes id $id  if at version $expected_version"));
}

TEST(DeriveMutations, RefusesWhatFitsNothing) {
  const auto mutation = [](std::string_view field, std::string_view more = {}, bool immutable = false) {
    return problems("one(id: ID): Hen", fmt::format("type Mutation {{ {} }} {}", field, more), immutable);
  };
  EXPECT_THAT(mutation("hatch(input: JSON): Hen"),
              ElementsAre(AllOf(HasSubstr("No mutation"), HasSubstr("createHen, createHens, updateHen"))));
  EXPECT_THAT(mutation("creatHen(input: JSON): Hen"), ElementsAre(HasSubstr("Did you mean \"createHen\"")));
  EXPECT_THAT(mutation("createHen(input: JSON): Coop"), ElementsAre(HasSubstr("gives Coop")));
  EXPECT_THAT(mutation("createHen(input: JSON): [Hen]"), ElementsAre(HasSubstr("gives [Hen]")));
  EXPECT_THAT(mutation("createHens(inputs: [JSON]): Hen"), ElementsAre(HasSubstr("Let it give [Hen!]!")));
  EXPECT_THAT(mutation("createHen: Hen"), ElementsAre(HasSubstr("no argument that brings")));
  EXPECT_THAT(mutation("createHen(nam: String): Hen"), ElementsAre(HasSubstr("Did you mean \"name\"")));
  EXPECT_THAT(mutation("createHen(input: I): Hen", "input I { egs: Int }"), ElementsAre(HasSubstr("Did you mean \"eggs\"")));
  EXPECT_THAT(mutation("createHen(input: I): Hen", "input I { eggs: String }"), ElementsAre(HasSubstr("\"eggs\" is Int!")));
  EXPECT_THAT(mutation("createHen(input: JSON, name: String): Hen"), ElementsAre(HasSubstr("beside \"input\"")));
  EXPECT_THAT(mutation("updateHen(input: I): Hen", "input I { name: String }"), ElementsAre(HasSubstr("no argument \"id\"")));
  EXPECT_THAT(mutation("deleteHen(id: ID!, why: String): Hen"), ElementsAre(HasSubstr("takes no argument \"why\"")));
  EXPECT_THAT(mutation("deleteHen(id: Int): Hen"), ElementsAre(HasSubstr("Declare it as ID!")));
  EXPECT_THAT(mutation("updateHen(id: ID!, input: JSON, expectedVersion: String): Hen"), ElementsAre(HasSubstr("Declare it as Int")));
  EXPECT_THAT(mutation("deleteHen(id: ID!): Hen", {}, true), ElementsAre(HasSubstr("are immutable")));
}

}  // namespace
}  // namespace millrace::app
