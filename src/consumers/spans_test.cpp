#include "consumers/spans.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace millrace::consumers {
namespace {

TEST(Spans, ReadsWhatItWrites) {
  for (const char* text : {"", "1x1", "1-5x1,9x2", "1x1,2x2,3-18446744073709551615x18446744073709551615"}) {
    const auto spans = read_spans(text);
    ASSERT_TRUE(spans) << text;
    EXPECT_EQ(to_text(*spans), text);
  }
  for (const char* text : {"x", "1", "1x", "1-x1", "0x1", "2x1,1x1", "1-3x1,3x1", "5-4x1", "1x1;", "99999999999999999999x1", "1x1,,2x1"})
    EXPECT_FALSE(read_spans(text)) << text;
}

TEST(Spans, JoinsWhatTouches) {
  Spans spans;
  for (const Span span : {Span{5, 6, 1}, Span{1, 1, 1}, Span{3, 4, 1}, Span{2, 2, 1}, Span{7, 7, 2}}) spans.add(span);
  EXPECT_EQ(to_text(spans), "1-6x1,7x2");
  EXPECT_EQ(spans.size(), 7u);
}

/// Against a map from position to attempts.
TEST(Spans, AreAMap) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Spans spans;
    std::map<Position, std::uint64_t> model;
    for (int step = 0; step < 200; ++step) {
      const Position position = 1 + random() % 40;
      const std::uint64_t attempts = random() % 3;
      switch (random() % 4) {
        case 0:
        case 1:
          if (model.try_emplace(position, attempts).second) spans.add({position, position, attempts});
          break;
        case 2: {
          const auto removed = spans.remove(position);
          EXPECT_EQ(removed.has_value(), model.contains(position));
          if (removed) EXPECT_EQ(*removed, model.at(position));
          model.erase(position);
          break;
        }
        default: {
          const Spans taken = spans.take(random() % 4);
          for (const Span& span : taken)
            for (Position at = span.first; at <= span.last; ++at) {
              ASSERT_EQ(model.begin()->first, at);
              EXPECT_EQ(model.begin()->second, span.attempts);
              model.erase(model.begin());
            }
        }
      }
      ASSERT_EQ(spans.size(), model.size());
      for (const auto& [at, count] : model) ASSERT_EQ(spans.find(at), std::optional(count));
      ASSERT_EQ(read_spans(to_text(spans)), spans);
    }
  }
}

}  // namespace
}  // namespace millrace::consumers
