#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "base/json/canonical.hpp"
#include "graphql/language/parser.hpp"
#include "graphql/language/spec_rows.hpp"

namespace millrace::graphql {
namespace {

/// A value read out of a document, which it keeps.
class ParsedValue {
 public:
  explicit ParsedValue(const std::string& source) : text_("{ a(x: " + source + ") }") {
    auto parsed = parse(text_);
    EXPECT_TRUE(parsed.has_value()) << source << ": " << (parsed ? "" : parsed.error().message);
    if (parsed) document_ = *std::move(parsed);
  }
  ParsedValue(const ParsedValue&) = delete;
  const Value& operator*() const { return document_.operations.front().selection_set.selections.front().arguments.front().value; }
  const Value* operator->() const { return &**this; }

 private:
  std::string text_;
  Document document_;
};

TEST(Printer, PrintsAsTheReferenceDoes) {
  SpecRows spec("language/values.json");
  for (json::Value row : spec.rows()) {
    SCOPED_TRACE(SpecRows::text(row, "name"));
    ParsedValue value(SpecRows::text(row, "source"));
    EXPECT_EQ(print(*value), SpecRows::text(row, "print"));
    if (value->kind == ValueKind::string) EXPECT_EQ(string_value(*value), SpecRows::text(row, "value"));
  }
}

/// Random literals of every kind, in every spelling of strings.
class RandomValues {
 public:
  explicit RandomValues(std::uint64_t seed) : random_(seed) {}

  std::string value(int depth) {
    switch (random_() % (depth > 0 ? 9 : 7)) {
      case 0: return std::to_string(static_cast<std::int32_t>(random_()));
      case 1: return fmt::format("-{}.{}e{}", random_() % 1000, random_(), static_cast<int>(random_() % 40) - 20);
      case 2: return random_() % 2 == 0 ? "true" : "null";
      case 3: return fmt::format("ENUM_{}", random_() % 100);
      case 4: return fmt::format("$v{}", random_() % 100);
      case 5: return '"' + characters() + '"';
      case 6: return "\"\"\"" + lines() + "\"\"\"";
      case 7: return '[' + many([&] { return value(depth - 1) + ' '; }) + ']';
      default: return '{' + many([&] { return fmt::format("f{}: {}\n", random_() % 100, value(depth - 1)); }) + '}';
    }
  }
  std::string type(int depth) {
    std::string text = depth > 0 && random_() % 2 == 0 ? '[' + type(depth - 1) + ']' : fmt::format("T{}", random_() % 100);
    return random_() % 2 == 0 ? text + '!' : text;
  }

 private:
  template <class Make>
  std::string many(Make make) {
    std::string text;
    for (std::uint64_t count = random_() % 7; count > 0; --count) text += make();
    return text;
  }
  std::string characters() {
    constexpr std::string_view kPieces[] = {"a",       "é", "😀",  "\\\"", "\\\\", "\\n", "\\u00e9", "\\u{1F600}", "\\uD83D\\uDE00",
                                            "\\u0085", " ", "\x7f"};
    return many([&] { return std::string(kPieces[random_() % std::size(kPieces)]); });
  }
  std::string lines() {
    constexpr std::string_view kPieces[] = {
        "a", "\n", "  ", "\t", "\r\n", "\\\"\"\"", "\\", "é", "x \"y\" z", "\n\n", "long words that fill a line"};
    return many([&] { return std::string(kPieces[random_() % std::size(kPieces)]); }) + '.';
  }

  std::mt19937_64 random_;
};

/// What a value means: its parts without the layout.
std::string meaning(const Value& value) {
  std::string text = fmt::format("{}:", static_cast<int>(value.kind));
  if (value.kind == ValueKind::string) return text + json::quoted(string_value(value));
  text += value.text;
  for (const Value& item : value.items) text += '[' + meaning(item) + ']';
  for (const ObjectField& field : value.fields) text += fmt::format("{{{}={}}}", field.name.text, meaning(field.value));
  return text;
}

TEST(Printer, KeepsTheMeaningAndIsStable) {
  RandomValues random(7);
  for (int round = 0; round < 5000; ++round) {
    std::string source = random.value(4);
    ParsedValue first(source);
    std::string printed = print(*first);
    ParsedValue second(printed);
    ASSERT_EQ(meaning(*second), meaning(*first)) << source;
    ASSERT_EQ(print(*second), printed) << source;
  }
}

TEST(Printer, PrintsTypes) {
  RandomValues random(8);
  for (int round = 0; round < 1000; ++round) {
    std::string source = random.type(5);
    std::string text = "query($x: " + source + ") { a }";
    auto document = parse(text);
    ASSERT_TRUE(document.has_value()) << text;
    EXPECT_EQ(print(document->operations[0].variables[0].type), source);
  }
}

TEST(Printer, CutsLargeValuesInMessages) {
  ParsedValue small("[1, {a: 2}]");
  EXPECT_EQ(print_for_message(*small), "[1, { a: 2 }]");
  std::string source = "[";
  for (int i = 0; i < 3000; ++i) source += "\"ééé\" ";
  ParsedValue large(source + ']');
  std::string text = print_for_message(*large);
  EXPECT_LE(text.size(), 4096u + 3);
  EXPECT_TRUE(text.ends_with("..."));
  EXPECT_TRUE(print(*large).starts_with(text.substr(0, text.size() - 3)));
  EXPECT_TRUE(json::parse(json::quoted(text)).has_value()) << "a character was cut in half";
}

}  // namespace
}  // namespace millrace::graphql
