// What a rule's condition takes from who asks, and which rule decides.
#include "access/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::access {
namespace {

using testing::HasSubstr;

Principal somebody(std::string claims, std::vector<std::string> roles = {}) {
  return {.subject = "ada", .roles = std::move(roles), .claims = std::move(claims)};
}

Rules one_rule(std::string_view where) {
  auto rule = with_condition({.roles = {"*"}, .rights = 1}, where, {});
  EXPECT_TRUE(rule) << where;
  return {.rules = {*std::move(rule)}};
}

bool sees(std::string_view where, const Principal* principal, std::string_view document) {
  const Rules rules = one_rule(where);
  return decide(rules, Right::read, principal).is_met_by(document);
}

std::string problem(std::string_view where) {
  const auto rule = with_condition({}, where, {});
  return rule ? "none" : rule.error().front().message;
}

TEST(Rules, BindClaimsAsValues) {
  const Principal ada = somebody(R"({"team":"a","org":{"unit":7},"https://x.example/team":"url","quote":"\"},{\"$ne\":\""})", {"r"});
  EXPECT_TRUE(sees(R"({"payload.source":"${claims.team}"})", &ada, R"({"id":"1","source":"a"})"));
  EXPECT_FALSE(sees(R"({"payload.source":"${claims.team}"})", &ada, R"({"id":"1","source":"b"})"));
  EXPECT_TRUE(sees(R"({"unit":{"$gte":"${claims.org.unit}"}})", &ada, R"({"id":"1","unit":7})"));
  EXPECT_TRUE(sees(R"({"source":"${claims.https://x.example/team}"})", &ada, R"({"id":"1","source":"url"})"));
  EXPECT_TRUE(sees(R"({"source":"${claims.quote}"})", &ada, R"({"id":"1","source":"\"},{\"$ne\":\""})"));
  EXPECT_FALSE(sees(R"({"source":"${claims.quote}"})", &ada, R"({"id":"1","source":"b"})"));
  EXPECT_TRUE(sees(R"({"owner":"${sub}"})", &ada, R"({"id":"1","owner":"ada"})"));
  EXPECT_TRUE(sees(R"({"role":{"$in":"${roles}"}})", &ada, R"({"id":"1","role":"r"})"));
}

TEST(Rules, NothingMeetsAConditionWhoseClaimIsMissing) {
  const char* const conditions[] = {R"({"source":"${claims.team}"})",
                                    R"({"source":{"$ne":"${claims.team}"}})",
                                    R"({"source":{"$nin":"${claims.team}"}})",
                                    R"({"source":{"$in":"${claims.team}"}})",
                                    R"({"source":{"$in":["${claims.team}","a"]}})",
                                    R"({"$or":[{"source":"a"},{"source":"${claims.team}"}]})",
                                    R"({"$nor":[{"source":"${claims.team}"}]})",
                                    R"({"source":{"$not":{"$eq":"${claims.team}"}}})",
                                    R"({"source":{"$prefix":"${claims.team}"}})"};
  const Principal none = somebody("{}"), null = somebody(R"({"team":null})"), object = somebody(R"({"team":{"x":1}})"),
                  nulls = somebody(R"({"team":["a",null]})");
  for (const char* where : conditions) {
    for (const Principal* principal : {static_cast<const Principal*>(nullptr), &none, &null, &object, &nulls}) {
      EXPECT_FALSE(sees(where, principal, R"({"id":"1","source":"a"})")) << where;
      EXPECT_FALSE(sees(where, principal, R"({"id":"1"})")) << where;
    }
  }
}

TEST(Rules, ListsAreForMembershipAlone) {
  const Principal list = somebody(R"({"team":["a","b"]})"), scalar = somebody(R"({"team":"a"})"), empty = somebody(R"({"team":[]})");
  EXPECT_TRUE(sees(R"({"source":{"$in":"${claims.team}"}})", &list, R"({"id":"1","source":"b"})"));
  EXPECT_TRUE(sees(R"({"source":{"$in":"${claims.team}"}})", &scalar, R"({"id":"1","source":"a"})"));
  EXPECT_FALSE(sees(R"({"source":{"$in":"${claims.team}"}})", &empty, R"({"id":"1","source":"a"})"));
  EXPECT_FALSE(sees(R"({"source":{"$in":"${claims.team}"}})", &empty, R"({"id":"1"})"));
  EXPECT_TRUE(sees(R"({"source":{"$nin":"${claims.team}"}})", &empty, R"({"id":"1","source":"a"})"));
  EXPECT_FALSE(sees(R"({"source":"${claims.team}"})", &list, R"({"id":"1","source":"a"})"));
  EXPECT_FALSE(sees(R"({"source":{"$ne":"${claims.team}"}})", &list, R"({"id":"1","source":"c"})"));
}

TEST(Rules, AreRefusedWhereTheyMeanNothing) {
  EXPECT_EQ(problem(R"({"a":"${sub}"})"), "none");
  EXPECT_THAT(problem(R"({"a":"x${sub}"})"), HasSubstr("mixed with other text"));
  EXPECT_THAT(problem(R"({"a":"${sub}${sub}"})"), HasSubstr("mixed with other text"));
  EXPECT_THAT(problem(R"({"a":"${user}"})"), HasSubstr("nothing that is known"));
  EXPECT_THAT(problem(R"({"a":"${claims.}"})"), HasSubstr("nothing that is known"));
  EXPECT_THAT(problem(R"({"${sub}":1})"), HasSubstr("is not a path"));
  EXPECT_THAT(problem(R"({"a":"{{x}}"})"), HasSubstr("two braces"));
  EXPECT_THAT(problem(R"({"a":{"$regex":"${sub}"}})"), HasSubstr("regular expression"));
  EXPECT_THAT(problem(R"({"a":{"$equal":1}})"), HasSubstr("not known"));
}

TEST(Rules, TheFirstThatFitsDecides) {
  const Rules rules{
      .rules = {{.roles = {"anonymous"}, .rights = 1}, {.roles = {"a", "b"}, .rights = 2}, {.roles = {"authenticated"}, .rights = 4}}};
  const Principal b = somebody("{}", {"b"}), named = somebody("{}", {"anonymous"});
  const auto rule = [&rules](Right right, const Principal* principal) {
    const Rule* found = decide(rules, right, principal).rule;
    return found == nullptr ? -1 : static_cast<int>(found - rules.rules.data());
  };
  EXPECT_EQ(rule(Right::read, nullptr), 0);
  EXPECT_EQ(rule(Right::feed, nullptr), -1);
  EXPECT_EQ(rule(Right::read, &b), -1);
  EXPECT_EQ(rule(Right::feed, &b), 1);
  EXPECT_EQ(rule(Right::history, &b), 2);
  EXPECT_EQ(rule(Right::read, &named), -1) << "a role of that name is none";
  EXPECT_EQ(rule(Right::history, nullptr), -1);
}

TEST(Rules, TokensShowADocumentToWhoMadeItAndThoseOfNobodyToAll) {
  const Rules rules = with_tokens({.rules = {{.roles = {"*"}, .rights = 1}}, .has_tokens = true});
  const Principal ada = somebody("{}"), bob{.subject = "bob"}, nobody{};
  const auto met = [&rules](const Principal* principal, std::string_view text) {
    return decide(rules, Right::read, principal).is_met_by(text);
  };
  const std::string_view hers = R"({"id":"1","authorized_tokens":["ada"]})", open = R"({"id":"1"})";
  EXPECT_TRUE(met(&ada, hers));
  EXPECT_FALSE(met(&bob, hers));
  EXPECT_FALSE(met(&nobody, hers));
  EXPECT_FALSE(met(nullptr, hers));
  for (const Principal* principal : {&ada, &bob, &nobody, static_cast<const Principal*>(nullptr)}) EXPECT_TRUE(met(principal, open));
  EXPECT_FALSE(rules.rules.front().shows(kTokensKey));
}

}  // namespace
}  // namespace millrace::access
