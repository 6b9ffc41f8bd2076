#include "auth/claims.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::auth {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::chrono::system_clock::time_point kNow{seconds(1'000'000)};

Checked<Principal> read(const std::string& text, ClaimOptions options = {.issuer = "i", .audiences = {"a", "b"}}) {
  const auto document = json::parse(text);
  EXPECT_TRUE(document) << text;
  return read_claims(document->root(), options, kNow);
}

/// Right claims, with these behind.
std::string claims(std::string_view more = "") {
  return fmt::format(R"({{"iss":"i","aud":"a","sub":"s"{}}})", more);
}

std::vector<std::string> roles(std::string_view more, std::string name) {
  const auto principal =
      read(claims(fmt::format(R"(,"exp":1000001{})", more)), {.issuer = "i", .audiences = {"a"}, .roles_claim = std::move(name)});
  EXPECT_TRUE(principal);
  return principal->roles;
}

TEST(Claims, MakeAPrincipal) {
  const auto principal = read(R"({"iss":"i", "aud":["x","b"], "sub":"s", "exp":1000001.5, "roles":["b","a","b"], "team":"t"})");
  ASSERT_TRUE(principal) << principal.error().why;
  EXPECT_EQ(principal->subject, "s");
  EXPECT_THAT(principal->roles, ElementsAre("a", "b"));
  EXPECT_EQ(principal->claims, R"({"iss":"i","aud":["x","b"],"sub":"s","exp":1000001.5,"roles":["b","a","b"],"team":"t"})");
  EXPECT_EQ(principal->expires, kNow + seconds(61) + std::chrono::milliseconds(500));
}

TEST(Claims, AllowForClocksThatDiffer) {
  for (const char* more : {R"(,"exp":999941)", R"(,"exp":1000001,"nbf":1000060)", R"(,"exp":1000001,"iat":1000060)", R"(,"exp":1e6)",
                           R"(,"exp":99999999999999,"nbf":0,"iat":0)", R"(,"exp":1e300)"})
    EXPECT_TRUE(read(claims(more))) << more;
}

TEST(Claims, AreRefused) {
  for (const std::string& text : {
           claims(),                    // never expires
           claims(R"(,"exp":999940)"),  // expired
           claims(R"(,"exp":0)"),
           claims(R"(,"exp":-1)"),
           claims(R"(,"exp":1e999)"),
           claims(R"(,"exp":"1000001")"),
           claims(R"(,"exp":null)"),
           claims(R"(,"exp":true)"),
           claims(R"(,"exp":[1000001])"),
           claims(R"(,"exp":1000001,"nbf":1000061)"),
           claims(R"(,"exp":1000001,"nbf":1e300)"),
           claims(R"(,"exp":1000001,"nbf":"0")"),
           claims(R"(,"exp":1000001,"nbf":null)"),
           claims(R"(,"exp":1000001,"iat":1000061)"),
           claims(R"(,"exp":1000001,"iat":"then")"),
           std::string(R"({"aud":"a","sub":"s","exp":1000001})"),
           std::string(R"({"iss":"j","aud":"a","sub":"s","exp":1000001})"),
           std::string(R"({"iss":["i"],"aud":"a","sub":"s","exp":1000001})"),
           std::string(R"({"iss":"i","sub":"s","exp":1000001})"),
           std::string(R"({"iss":"i","aud":"c","sub":"s","exp":1000001})"),
           std::string(R"({"iss":"i","aud":[],"sub":"s","exp":1000001})"),
           std::string(R"({"iss":"i","aud":["A"],"sub":"s","exp":1000001})"),
           std::string(R"({"iss":"i","aud":{"a":1},"sub":"s","exp":1000001})"),
           std::string(R"({"iss":"i","aud":"a","exp":1000001})"),
           std::string(R"({"iss":"i","aud":"a","sub":"","exp":1000001})"),
           std::string(R"({"iss":"i","aud":"a","sub":1,"exp":1000001})"),
           std::string("[]"),
           std::string("1"),
       })
    EXPECT_FALSE(read(text)) << text;
}

TEST(Claims, MayBeForAnyAudience) {
  EXPECT_TRUE(read(R"({"iss":"i","sub":"s","exp":1000001})", {.issuer = "i"}));
}

TEST(Claims, HaveRolesInManyPlaces) {
  EXPECT_THAT(roles(R"(,"scope":"read  write read ")", "scope"), ElementsAre("read", "write"));
  EXPECT_THAT(roles(R"(,"realm_access":{"roles":["a"]})", "realm_access.roles"), ElementsAre("a"));
  EXPECT_THAT(roles(R"(,"https://x.example/roles":["a"])", "https://x.example/roles"), ElementsAre("a"));
  EXPECT_THAT(roles(R"(,"x":{"b.c":["a"]})", "x.b.c"), ElementsAre("a"));
  EXPECT_THAT(roles(R"(,"roles":["a",1,null,["b"]])", "roles"), ElementsAre("a"));
  EXPECT_THAT(roles(R"(,"roles":{"a":1})", "roles"), IsEmpty());
  EXPECT_THAT(roles(R"(,"roles":7)", "roles"), IsEmpty());
  EXPECT_THAT(roles("", "roles"), IsEmpty());
  EXPECT_THAT(roles(R"(,"a":"x")", "a.b"), IsEmpty());
}

TEST(Claims, MayNameTheSubjectElsewhere) {
  const auto principal = read(R"({"iss":"i","client":{"id":"c"},"exp":1000001})", {.issuer = "i", .subject_claim = "client.id"});
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->subject, "c");
}

}  // namespace
}  // namespace millrace::auth
