#include "jsonschema/pattern.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

namespace millrace::jsonschema {
namespace {

TEST(Pattern, ReadsAnyTextToItsEnd) {
  // Whatever is well formed by the reader's account, RE2 must take, or say that it is too large.
  constexpr std::string_view kPieces[] = {"(", ")",   "[",   "]",      "{",   "}",   "^", "$",    "*",  "+",  "?",
                                          "|", "\\",  ".",   "-",      "a",   "é",   "1", ",",    "?:", "?=", "?<",
                                          ">", "\\u", "\\x", "\\p{L}", "\\d", "\\B", "0", "d800", "=",  "!"};
  std::mt19937 random(5);
  int taken = 0;
  for (int i = 0; i < 6'000; ++i) {
    std::string text;
    for (auto pieces = random() % 8; pieces > 0; --pieces) text += kPieces[random() % std::size(kPieces)];
    const TranslatedPattern translated = translate_pattern(text);
    const auto pattern = Pattern::make(text);
    const bool clean = translated.syntax_error.empty() && translated.unsupported.empty();
    ASSERT_EQ(pattern.has_value(), clean) << text << " as " << translated.re2 << ": " << (pattern ? "" : pattern.error().message);
    taken += clean;
    if (pattern) pattern->matches("aé1");
  }
  EXPECT_GT(taken, 600);
}

TEST(Pattern, RefusesAPropertyThatRe2DoesNotKnow) {
  EXPECT_FALSE(Pattern::make(R"(\p{Emoji})"));
  EXPECT_FALSE(Pattern::make(R"(\p{Block=Latin})"));
  EXPECT_TRUE(Pattern::make(R"(\p{General_Category=Uppercase_Letter})"));
}

}  // namespace
}  // namespace millrace::jsonschema
