#include "rest/item_splitter.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/json/document.hpp"

namespace millrace::rest {
namespace {

/// What a body is: its items, or the code and place of what is wrong with it.
struct Split {
  std::vector<std::string> items;
  std::string error;
  bool operator==(const Split&) const = default;
};

std::string place_of(const Error& error) {
  const std::size_t start = std::min(error.message.find("line "), error.message.size());
  const std::size_t end = error.message.find_first_of(":,", error.message.find("column", start));
  return std::string(error.code) + " " + error.message.substr(start, end - start);
}

Split split(std::string_view body, ItemSplitter::Form form, const std::vector<std::size_t>& pieces) {
  ItemSplitter splitter(form, 10'000);
  Split split;
  for (std::size_t round = 0;; ++round) {
    for (auto step = splitter.next(); step != ItemSplitter::Step::need_more; step = splitter.next()) {
      if (step == ItemSplitter::Step::end) return split;
      if (step == ItemSplitter::Step::failed) return {{}, place_of(splitter.error())};
      const SplitItem& item = splitter.item();
      if (item.is_too_long) {
        split.items.push_back(fmt::format("too long: line {}, column {}", item.line, item.column));
        continue;
      }
      const auto parsed = json::parse(item.text, {.line = item.line, .column = item.column});
      if (!parsed) return {{}, place_of(parsed.error())};
      split.items.emplace_back(item.text);
    }
    if (body.empty()) {
      splitter.finish();
      continue;
    }
    // In memory of its own, so that the address sanitizer sees what is read beyond it.
    const std::string piece(body.substr(0, pieces[round % pieces.size()]));
    splitter.feed(piece);
    body.remove_prefix(piece.size());
  }
}

/// The same from the parser of whole bodies.
Split parsed(std::string_view body) {
  const auto document = json::parse(body);
  if (!document) return {{}, place_of(document.error())};
  const json::Value array = document->root();
  if (!array.is(json::Kind::array)) return {{}, "bulk.not_array "};
  Split split;
  for (json::Value item = array.first(); !(item == array.end()); item = item.after()) split.items.emplace_back(item.text());
  return split;
}

TEST(ItemSplitter, SaysOfBrokenArraysWhatTheParserSays) {
  const std::string whole = " [ {\"a\": [1, {\"b\": \"x]\\\"},\"}]},\n\"s\" , 1.5e3,true,null,\n [ ] ,{},\"\xC3\xA4\\u00e4\"\n] \n";
  ASSERT_EQ(parsed(whole).items.size(), 8u);
  std::mt19937 random(9);
  const std::string letters = "{}[]\",:\\ \n1ae\x01\xC3";
  int right = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string body = whole;
    for (std::size_t changes = random() % 3; changes > 0; --changes) {
      const std::size_t at = random() % body.size();
      const char letter = letters[random() % letters.size()];
      switch (random() % 4) {
        case 0: body[at] = letter; break;
        case 1: body.insert(at, 1, letter); break;
        case 2: body.erase(at, 1); break;
        default: body.resize(at + 1);
      }
    }
    const Split expected = parsed(body);
    if (expected.error.starts_with("bulk.not_array") || body.find_first_not_of(" \n") == std::string::npos ||
        body[body.find_first_not_of(" \n")] != '[')
      continue;
    std::vector<std::size_t> pieces(5);
    for (std::size_t& piece : pieces) piece = 1 + random() % 30;
    const Split seen = split(body, ItemSplitter::Form::array, pieces);
    ASSERT_EQ(seen.error, expected.error) << body;
    ASSERT_EQ(seen.items, expected.items) << body;
    right += expected.error.empty();
  }
  EXPECT_GT(right, 3000);
}

TEST(ItemSplitter, WhatIsNoArrayIsRefused) {
  for (const char* body : {"{}", "1", " \"x\"", "x"})
    EXPECT_EQ(split(body, ItemSplitter::Form::array, {1}).error, "bulk.not_array ") << body;
  EXPECT_EQ(split("", ItemSplitter::Form::array, {1}).error, "json.syntax line 1, column 1");
  EXPECT_EQ(split("[{}", ItemSplitter::Form::array, {1}).error, "json.syntax line 1, column 4");
}

TEST(ItemSplitter, LinesThatAreNotBlankAreItems) {
  const std::string body = "\n{\"a\":1}\r\n \t\r\n{\"b\":2}\n\n3";
  for (std::size_t piece = 1; piece < body.size() + 1; ++piece) {
    EXPECT_EQ(split(body, ItemSplitter::Form::lines, {piece}).items, (std::vector<std::string>{"{\"a\":1}\r", "{\"b\":2}", "3"}));
  }
  EXPECT_EQ(split("{}\n\n{\"a\" 1}\n", ItemSplitter::Form::lines, {3}).error, "json.syntax line 3, column 6");
  EXPECT_EQ(split("", ItemSplitter::Form::lines, {3}), Split());
}

TEST(ItemSplitter, PassesOverAnItemBeyondItsLimit) {
  const std::string filler(20'000, 'x');
  const std::string texts[] = {"\"" + filler + "\"", "{\"a\":[\"" + filler + "\",{}],\"b\":\"\\\"]\"}", filler,
                               "[" + filler + "\n" + filler + "]"};
  for (const std::string& text : texts) {
    for (const std::size_t piece : {1, 100, 9'999, 100'000}) {
      const Split expected{{"1", "too long: line 2, column 1", "3"}, {}};
      EXPECT_EQ(split("[1,\n" + text + "\n,3]", ItemSplitter::Form::array, {piece}), expected) << piece;
      if (text.find('\n') != std::string::npos) continue;
      EXPECT_EQ(split("1\n" + text + "\n3", ItemSplitter::Form::lines, {piece}), expected) << piece;
    }
  }
}

}  // namespace
}  // namespace millrace::rest
