#include "graphql/validation/nesting.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "graphql/language/parser.hpp"

namespace millrace::graphql::validation {
namespace {

std::size_t nesting_of(std::string_view text) {
  const auto document = parse(text);
  EXPECT_TRUE(document) << text;
  ErrorSink errors(text, 1);
  return nesting(*document, Fragments(*document, errors));
}

TEST(Nesting, WithoutFragmentsTheParserHasCounted) {
  EXPECT_EQ(nesting_of("{ a { b } }"), 0u);
}

TEST(Nesting, CountsFragmentsWhereTheyAreSpread) {
  EXPECT_EQ(nesting_of("{ a { ...F } } fragment F on T { b { c } }"), 4u);
  EXPECT_EQ(nesting_of("{ ...F a { b { c { d { e } } } } } fragment F on T { b }"), 5u);
  EXPECT_EQ(nesting_of("{ ...F ...G } fragment G on T { ... on T { ...F } } fragment F on T { a }"), 4u);
  EXPECT_EQ(nesting_of("{ ...Unknown a } fragment F on T { a { b } }"), 1u);
}

TEST(Nesting, EndsInCircles) {
  EXPECT_GE(nesting_of("{ ...F } fragment F on T { ...F }"), 2u);
  EXPECT_GE(nesting_of("{ ...F } fragment F on T { a { ...G } } fragment G on T { ...F }"), 4u);
}

/// Random documents whose fragments spread only later ones, against plain recursion.
class Model {
 public:
  explicit Model(std::mt19937& random) : random_(random) {}

  std::string document(int fragments) {
    depths_.assign(static_cast<std::size_t>(fragments), 0);
    std::string definitions;
    for (int i = fragments; i-- > 0;) {
      auto [text, depth] = set(i + 1, 0);
      definitions += fmt::format(" fragment F{} on T {}", i, text);
      depths_[static_cast<std::size_t>(i)] = depth;
    }
    auto [text, depth] = set(0, 0);
    depth_ = depth;
    return text + definitions;
  }
  std::size_t depth() const { return depth_; }

 private:
  struct Set {
    std::string text;
    std::size_t depth;
  };

  Set set(int first, int level) {
    std::string text = "{ a";
    std::size_t below = 0;
    const auto add = [&](std::string selection, std::size_t depth) {
      text += " " + selection;
      below = std::max(below, depth);
    };
    for (unsigned count = random_() % 4; count > 0; --count) {
      const bool can_spread = first < static_cast<int>(depths_.size());
      if (can_spread && random_() % 2 == 0) {
        const std::size_t to = static_cast<std::size_t>(first) + random_() % (depths_.size() - static_cast<std::size_t>(first));
        add(fmt::format("...F{}", to), depths_[to]);
      } else if (level < 4) {
        auto [inner, depth] = set(first, level + 1);
        add((random_() % 2 == 0 ? "b " : "... on T ") + inner, depth);
      }
    }
    return {text + " }", below + 1};
  }

  std::mt19937& random_;
  std::vector<std::size_t> depths_;
  std::size_t depth_ = 0;
};

TEST(Nesting, IsThatOfTheExpandedDocument) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    Model model(random);
    const std::string text = model.document(1 + static_cast<int>(random() % 8));
    EXPECT_EQ(nesting_of(text), model.depth()) << text;
  }
}

}  // namespace
}  // namespace millrace::graphql::validation
