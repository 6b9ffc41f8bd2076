#include "graphql/execution/prepared.hpp"

#include <gmock/gmock.h>

#include <random>
#include <thread>

#include "graphql/execution/preparer.hpp"

namespace millrace::graphql {
namespace {

class PreparerTest : public testing::Test {
 protected:
  static std::shared_ptr<const Schema> make_schema() {
    auto schema = build_schema("type T { a: Int b: Int t: T ts(limit: Int): [T] } type Query { t: T ts(limit: Int): [T] }", "test.graphql");
    return *schema;
  }
  std::shared_ptr<Prepared> prepare(Preparer& preparer, std::string_view text) {
    auto prepared = preparer.prepare(text);
    EXPECT_TRUE(prepared.has_value()) << text;
    return *prepared;
  }
  std::shared_ptr<const Plan> plan(Preparer& preparer, Prepared& prepared, const Variables& variables = {}) {
    auto made = preparer.plan(prepared, prepared.document.operations.front(), variables);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return made ? *made : nullptr;
  }

  const std::shared_ptr<const Schema> schema_ = make_schema();
  const Bindings bindings_;
};

std::string numbered(int i) {
  return fmt::format("{{ a{}: t {{ a b }} }}", i);
}

TEST_F(PreparerTest, FindsWhatItHasPrepared) {
  const EngineOptions options;
  Preparer preparer(*schema_, bindings_, options);
  const auto first = prepare(preparer, "{ t { a } }");
  EXPECT_EQ(prepare(preparer, std::string("{ t { a } }")), first);
  EXPECT_NE(prepare(preparer, "{ t { a }  }"), first);
  EXPECT_EQ(plan(preparer, *first), plan(preparer, *first));
}

TEST_F(PreparerTest, DoesNotKeepWhatIsWrong) {
  const EngineOptions options;
  Preparer preparer(*schema_, bindings_, options);
  for (std::string_view text : {"{", "{ nothing }", "{ t }"}) EXPECT_FALSE(preparer.prepare(text).has_value()) << text;
  EXPECT_EQ(preparer.cache().size(), 0u);
}

TEST_F(PreparerTest, StaysWithinItsBytes) {
  const EngineOptions options{.cache_bytes_max = 200'000};
  Preparer preparer(*schema_, bindings_, options);
  for (int i = 0; i < 1000; ++i) {
    const auto prepared = prepare(preparer, numbered(i));
    plan(preparer, *prepared);
    ASSERT_LE(preparer.cache().bytes(), options.cache_bytes_max);
  }
  EXPECT_GT(preparer.cache().bytes(), options.cache_bytes_max / 2);
  EXPECT_GT(preparer.cache().size(), 10u);
}

TEST_F(PreparerTest, LetsTheLeastRecentlyUsedGo) {
  const EngineOptions options{.cache_bytes_max = 100'000};
  Preparer preparer(*schema_, bindings_, options);
  const auto kept = prepare(preparer, numbered(0));
  const auto left = prepare(preparer, numbered(1));
  for (int i = 2; i < 200; ++i) {
    prepare(preparer, numbered(i));
    EXPECT_EQ(prepare(preparer, numbered(0)), kept);
  }
  EXPECT_NE(prepare(preparer, numbered(1)), left);
}

TEST_F(PreparerTest, HoldsNothingWithoutRoom) {
  const EngineOptions options{.cache_bytes_max = 100};
  Preparer preparer(*schema_, bindings_, options);
  const auto prepared = prepare(preparer, numbered(0));
  EXPECT_NE(plan(preparer, *prepared), nullptr);
  EXPECT_EQ(preparer.cache().size(), 0u);
  EXPECT_EQ(preparer.cache().bytes(), 0u);
}

/// Twelve conditions: 4096 plans that could be.
TEST_F(PreparerTest, ChoicesOfConditionsAreBounded) {
  std::string text = "query(";
  for (int i = 0; i < 12; ++i) text += fmt::format("$c{}: Boolean!", i);
  text += ") { t {";
  for (int i = 0; i < 12; ++i) text += fmt::format(" a{0}: a @include(if: $c{0})", i);
  text += " } }";
  const EngineOptions options;
  Preparer preparer(*schema_, bindings_, options);
  const auto prepared = prepare(preparer, text);
  std::size_t most = 0;
  for (unsigned choice = 0; choice < 4096; ++choice) {
    Variables variables;
    for (unsigned i = 0; i < 12; ++i) variables[fmt::format("c{}", i)] = (choice >> i & 1) != 0 ? "true" : "false";
    const auto made = plan(preparer, *prepared, variables);
    EXPECT_EQ(made->root->fields.front().selections.front()->fields.size(), static_cast<std::size_t>(std::popcount(choice)));
    EXPECT_EQ(plan(preparer, *prepared, variables), made);
    most = std::max(most, preparer.cache().bytes());
  }
  EXPECT_LT(most, prepared->bytes() + PlanTable::kPlansMax * 8'000);
}

TEST_F(PreparerTest, ServesManyThreads) {
  const EngineOptions options{.cache_bytes_max = 60'000};
  Preparer preparer(*schema_, bindings_, options);
  std::vector<std::jthread> threads;
  for (unsigned seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      std::mt19937 random(seed);
      for (int round = 0; round < 500; ++round) {
        const std::string text = numbered(static_cast<int>(random() % 40));
        const auto prepared = prepare(preparer, text);
        EXPECT_EQ(prepared->text, text);
        EXPECT_EQ(plan(preparer, *prepared)->root->fields.front().response_key, text.substr(2, text.find(':') - 2));
      }
    });
  }
  threads.clear();
  EXPECT_LE(preparer.cache().bytes(), options.cache_bytes_max);
}

TEST_F(PreparerTest, RefusesByCost) {
  const EngineOptions options{.cost_max = 100, .list_rows = 10};
  Preparer preparer(*schema_, bindings_, options);
  const auto error = [&](std::string_view text, const Variables& variables = {}) {
    const auto prepared = prepare(preparer, text);
    const auto made = preparer.plan(*prepared, prepared->document.operations.front(), variables);
    return made ? std::string("none") : fmt::format("{}: {}", made.error().code, made.error().message);
  };
  EXPECT_EQ(error("{ ts { a b } }"), "none");                     // 1 + 10 * 2
  EXPECT_EQ(error("{ ts(limit: 48) { a b } t { a } }"), "none");  // 1 + 48 * 2 + 2
  EXPECT_THAT(error("{ ts(limit: 50) { a b } t { a } }"), testing::StartsWith("graphql.cost: The request is expected to cost 103 "));
  EXPECT_THAT(error("{ ts { ts { a } } }"), testing::StartsWith("graphql.cost: The request is expected to cost 111 "));
  EXPECT_EQ(error("query($n: Int) { ts(limit: $n) { ts(limit: $n) { a b } } }", {{"n", "5"}}), "none");
  EXPECT_THAT(error("query($n: Int) { ts(limit: $n) { ts(limit: $n) { a b } } }", {{"n", "9"}}), testing::HasSubstr("cost 172 "));
  EXPECT_THAT(error("query($n: Int) { ts(limit: $n) { ts(limit: $n) { a b } } }"), testing::HasSubstr("cost 211 "));
  EXPECT_EQ(error("{ ts(limit: 0) { ts(limit: 1000000) { a b } } }"), "none");
  std::string deep = "{ ", end = "}";
  for (int i = 0; i < 80; ++i) deep += "ts(limit: 2000000000) { ", end += "}";
  EXPECT_THAT(error(deep + "a " + end), testing::HasSubstr("cost 1000000000000000000 "));
}

/// Selections that depend on which types were met above: the combinations double with each level.
TEST_F(PreparerTest, RefusesPlansOfTooManyCombinations) {
  auto schema = *build_schema(
      "interface N { n: N a: Int } type A implements N { n: N a: Int } type B implements N { n: N a: Int } type Query { n: N }",
      "test.graphql");
  EngineOptions options;
  options.parse.tokens_max = 100'000;
  Preparer preparer(*schema, bindings_, options);
  constexpr int kLevels = 30;
  std::string text = "{ n { ...L0 } }";
  for (int i = 0; i < kLevels; ++i) {
    std::string chain = fmt::format("x{}: a", i);
    for (int j = i; j < kLevels; ++j) chain = "n { " + chain + " }";
    text += fmt::format(" fragment L{0} on N {{ n {{ ...L{1} }} ... on A {{ {2} }} }}", i, i + 1, chain);
  }
  text += fmt::format(" fragment L{} on N {{ a }}", kLevels);
  const auto prepared = prepare(preparer, text);
  const auto made = preparer.plan(*prepared, prepared->document.operations.front(), {});
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, "graphql.fields");
}

}  // namespace
}  // namespace millrace::graphql
