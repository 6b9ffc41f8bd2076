#include "base/json/scan.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

namespace millrace::json::scan {
namespace {

/// Texts of every length up to a few blocks, in memory that ends where they end, mostly plain with something else at random places.
template <class Check>
void for_random_texts(Check check) {
  std::mt19937_64 random(1);
  for (std::size_t size = 0; size < 80; ++size) {
    for (int round = 0; round < 200; ++round) {
      const std::unique_ptr<char[]> text(new char[size]);
      for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(' ' + 1 + random() % 94);
      for (std::size_t i = 0; i < size; ++i) {
        if (random() % 30 == 0) text[i] = static_cast<char>(random());
      }
      check(text.get(), text.get() + size);
    }
  }
}

TEST(JsonScan, FindsTheFirstCharacterThatIsNotPlain) {
  for_random_texts([](const char* begin, const char* end) {
    const char* expected = std::find_if_not(begin, end, is_plain);
    ASSERT_EQ(plain_end(begin, end), expected) << std::string(begin, end);
  });
}

TEST(JsonScan, FindsTheFirstQuoteOrBackslash) {
  for_random_texts([](const char* begin, const char* end) {
    const char* expected = std::find_if(begin, end, [](char c) { return c == '"' || c == '\\'; });
    ASSERT_EQ(quote_or_backslash_in(begin, end), expected) << std::string(begin, end);
  });
}

TEST(JsonScan, EveryByteIsPlainOrStops) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(20, static_cast<char>(byte));
    const bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
    EXPECT_EQ(is_plain(text[0]), plain) << byte;
    for (const std::size_t size : {1u, 8u, 16u, 20u}) {
      const char* end = text.data() + size;
      EXPECT_EQ(plain_end(text.data(), end), plain ? end : text.data()) << byte;
    }
  }
}

TEST(JsonScan, AStringEndsAtItsClosingQuote) {
  const std::string text = R"(abc\"d\\\\"tail)";
  EXPECT_EQ(string_end(text.data(), text.data() + text.size()), text.data() + text.find("tail"));
  const std::string open = R"(abc\)";
  EXPECT_EQ(string_end(open.data(), open.data() + open.size()), open.data() + open.size());
}

}  // namespace
}  // namespace millrace::json::scan
