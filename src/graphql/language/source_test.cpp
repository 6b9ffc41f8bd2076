#include "graphql/language/source.hpp"

#include <gtest/gtest.h>

namespace millrace::graphql {
namespace {

TEST(Source, CountsLinesAndUtf16Columns) {
  std::string_view text = "a\nbc\r\nd\re\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80g";
  auto at = [text](std::string_view part) { return location_at(text, static_cast<std::uint32_t>(text.find(part))); };
  EXPECT_EQ(at("a"), (SourceLocation{1, 1}));
  EXPECT_EQ(at("\n"), (SourceLocation{1, 2}));
  EXPECT_EQ(at("c"), (SourceLocation{2, 2}));
  EXPECT_EQ(at("d"), (SourceLocation{3, 1}));
  EXPECT_EQ(at("e"), (SourceLocation{4, 1}));
  EXPECT_EQ(at("\xe6"), (SourceLocation{4, 3}));
  EXPECT_EQ(at("\xf0"), (SourceLocation{4, 4}));
  EXPECT_EQ(at("g"), (SourceLocation{4, 6}));
}

TEST(Source, BeyondTheEndIsTheEnd) {
  EXPECT_EQ(location_at("", 0), (SourceLocation{1, 1}));
  EXPECT_EQ(location_at("ab\n", 3), (SourceLocation{2, 1}));
  EXPECT_EQ(location_at("ab", 99), (SourceLocation{1, 3}));
  EXPECT_EQ(location_at("a\r", 2), (SourceLocation{2, 1}));
}

TEST(Source, OffsetsAreTheirPlacesReversed) {
  std::string_view text = "a\nbc\r\nd\re\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80g";
  for (std::uint32_t offset = 0; offset <= text.size(); ++offset) {
    bool is_inside = offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xc0) == 0x80;
    if (!is_inside) EXPECT_EQ(offset_at(text, location_at(text, offset)), offset);
  }
  EXPECT_EQ(offset_at(text, {9, 1}), text.size());
}

}  // namespace
}  // namespace millrace::graphql
