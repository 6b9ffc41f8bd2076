#include "graphql/validation/error_sink.hpp"

#include <gtest/gtest.h>

#include <random>

namespace millrace::graphql::validation {
namespace {

/// Long texts of line ends and characters of every width, so that all of them meet the marks.
TEST(ErrorSink, PlacesAreThoseOfTheWholeText) {
  constexpr std::string_view kPieces[] = {"\n", "\r\n", "\r", "a", "bc", "é", "😀", "€", "      ", "\n\r", "\r\r\n"};
  std::mt19937 random(11);
  for (int round = 0; round < 8; ++round) {
    std::string text;
    std::vector<std::uint32_t> offsets;
    while (text.size() < 5000) {
      offsets.push_back(static_cast<std::uint32_t>(text.size()));
      text += kPieces[random() % (round % 2 == 0 ? std::size(kPieces) : 3)];
    }
    ErrorSink sink(text, offsets.size());
    for (std::uint32_t offset : offsets) {
      const Node node = {offset, offset};
      sink.report("wrong", {&node});
    }
    const std::vector<GraphqlError> errors = sink.take();
    ASSERT_EQ(errors.size(), offsets.size());
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      EXPECT_EQ(errors[i].locations.front(), location_at(text, offsets[i])) << "round " << round << ", offset " << offsets[i];
    }
  }
}

TEST(ErrorSink, EndOfTextIsAPlace) {
  const std::string text(1024, 'x');
  ErrorSink sink(text, 1);
  const Node end = {1024, 1024};
  sink.report("wrong", {&end});
  EXPECT_EQ(sink.take().front().locations.front(), (SourceLocation{1, 1025}));
}

TEST(ErrorSink, StopsOnce) {
  ErrorSink sink("text", 1);
  const Node node;
  sink.report("first", {&node});
  EXPECT_FALSE(sink.is_stopped());
  sink.report("second", {&node});
  EXPECT_TRUE(sink.is_stopped());
  sink.abort();
  sink.report("third", {&node});
  const std::vector<GraphqlError> errors = sink.take();
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[1].message, "Too many validation errors, error limit reached. Validation aborted.");
  EXPECT_TRUE(errors[1].locations.empty());
}

}  // namespace
}  // namespace millrace::graphql::validation
