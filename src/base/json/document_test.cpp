#include "base/json/document.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/json/random_json.hpp"

namespace millrace::json {
namespace {

using namespace std::string_literals;

struct Refused {
  std::string text;
  std::string code;     // without "json."
  std::string message;  // after "JSON, ", without the full stop
};

const std::vector<std::string> kAccepted = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1",
    "10",
    "0.0",
    "0.5",
    "-0.1",
    "1e0",
    "1E5",
    "1e+5",
    "1e-5",
    "0e1",
    "0e+1",
    "1.5e300",
    "1e400",
    "-1e-400",
    "123456789012345678901234567890",
    "123.456e-789",
    "\"\"",
    "\"a\"",
    "\" \"",
    "[]",
    "[ ]",
    "[\n]",
    "{}",
    "{ }",
    "[1]",
    "[1,2]",
    "[ 1 , 2 ]",
    "[[]]",
    "[[],[[]]]",
    "[{}]",
    "{\"a\":1}",
    "{ \"a\" : 1 , \"b\" : 2 }",
    "{\"a\":{\"a\":{}}}",
    "{\"\":0}",
    " 1 ",
    "\t\r\n 1\n\n",
    "[null, 1, \"1\", {}]",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u0000\"",
    "\"\\u0041\"",
    "\"\\uD83D\\uDE00\"",
    "\"\\ud800\\udc00\"",
    "\"\\udbff\\udfff\"",
    "\"\\ud7ff\\ue000\"",
    "\"\x7F\"",
    "\"\xC2\x80\"",
    "\"\xDF\xBF\"",
    "\"\xE0\xA0\x80\"",
    "\"\xED\x9F\xBF\"",
    "\"\xEE\x80\x80\"",
    "\"\xEF\xBF\xBF\"",
    "\"\xF0\x90\x80\x80\"",
    "\"\xF4\x8F\xBF\xBF\"",
    "\"\xE2\x80\xA8\"",
    "{\"a\":1,\"A\":2}",
    "{\"a\":1,\"aa\":2}",
    "{\"a\":{\"b\":1},\"b\":1}",
    "[{\"a\":1},{\"a\":1}]",
    "{\"\\u0061\":1,\"b\":2}",
    "{\"\\ud83d\\ude00\":1,\"\\ud83d\\ude01\":2}",
    "{\"a\\u0000\":1,\"a\":2}",
};

const std::vector<Refused> kRefused = {
    {"", "syntax", "line 1, column 1: expected a value and found the end of the text"},
    {" ", "syntax", "line 1, column 2: expected a value and found the end of the text"},
    {"\xEF\xBB\xBF{}", "syntax", "line 1, column 1: expected a value and found byte 0xEF"},
    {"nul", "syntax", "line 1, column 1: expected a value and found 'n'"},
    {"True", "syntax", "line 1, column 1: expected a value and found 'T'"},
    {"nulll", "syntax", "line 1, column 5: expected the end of the text and found 'l'"},
    {"1 2", "syntax", "line 1, column 3: expected the end of the text and found '2'"},
    {"{}}", "syntax", "line 1, column 3: expected the end of the text and found '}'"},
    {"[1]]", "syntax", "line 1, column 4: expected the end of the text and found ']'"},
    {"1\x00"s, "syntax", "line 1, column 2: expected the end of the text and found byte 0x00"},
    {"NaN", "syntax", "line 1, column 1: expected a value and found 'N'"},
    {"-Infinity", "syntax", "line 1, column 2: expected a digit and found 'I'"},
    {"-", "syntax", "line 1, column 2: expected a digit and found the end of the text"},
    {"--1", "syntax", "line 1, column 2: expected a digit and found '-'"},
    {"+1", "syntax", "line 1, column 1: expected a value and found '+'"},
    {".5", "syntax", "line 1, column 1: expected a value and found '.'"},
    {"01", "syntax", "line 1, column 1: a number does not start with a needless 0"},
    {"-01", "syntax", "line 1, column 2: a number does not start with a needless 0"},
    {"00", "syntax", "line 1, column 1: a number does not start with a needless 0"},
    {"1.", "syntax", "line 1, column 3: expected a digit and found the end of the text"},
    {"1.e1", "syntax", "line 1, column 3: expected a digit and found 'e'"},
    {"1e", "syntax", "line 1, column 3: expected a digit and found the end of the text"},
    {"1e+", "syntax", "line 1, column 4: expected a digit and found the end of the text"},
    {"1e1.5", "syntax", "line 1, column 4: expected the end of the text and found '.'"},
    {"0x1", "syntax", "line 1, column 2: expected the end of the text and found 'x'"},
    {"[", "syntax", "line 1, column 2: expected a value and found the end of the text"},
    {"[1", "syntax", "line 1, column 3: expected ',' or ']' and found the end of the text"},
    {"[1,]", "syntax", "line 1, column 4: expected a value and found ']'"},
    {"[,1]", "syntax", "line 1, column 2: expected a value and found ','"},
    {"[1 2]", "syntax", "line 1, column 4: expected ',' or ']' and found '2'"},
    {"[1}", "syntax", "line 1, column 3: expected ',' or ']' and found '}'"},
    {"{\"a\":1,\"b\":[1,2}", "syntax", "line 1, column 16: expected ',' or ']' and found '}'"},
    {"]", "syntax", "line 1, column 1: expected a value and found ']'"},
    {"{", "syntax", "line 1, column 2: expected a key in double quotes and found the end of the text"},
    {"{]", "syntax", "line 1, column 2: expected a key in double quotes and found ']'"},
    {"{a:1}", "syntax", "line 1, column 2: expected a key in double quotes and found 'a'"},
    {"{'a':1}", "syntax", "line 1, column 2: expected a key in double quotes and found '''"},
    {"{1:1}", "syntax", "line 1, column 2: expected a key in double quotes and found '1'"},
    {"{\"a\"}", "syntax", "line 1, column 5: expected ':' and found '}'"},
    {"{\"a\":}", "syntax", "line 1, column 6: expected a value and found '}'"},
    {"{\"a\":1,}", "syntax", "line 1, column 8: expected a key in double quotes and found '}'"},
    {"{\"a\":1]", "syntax", "line 1, column 7: expected ',' or '}' and found ']'"},
    {"{\"a\":1 \"b\":2}", "syntax", "line 1, column 8: expected ',' or '}' and found '\"'"},
    {"{\n\n  \"a\": x}", "syntax", "line 3, column 8: expected a value and found 'x'"},
    {"[1] // no", "syntax", "line 1, column 5: expected the end of the text and found '/'"},
    {"[\v1]", "syntax", "line 1, column 2: expected a value and found byte 0x0B"},
    {"\"", "syntax", "line 1, column 2: expected '\"' at the end of a string and found the end of the text"},
    {"\"a", "syntax", "line 1, column 3: expected '\"' at the end of a string and found the end of the text"},
    {"\"\\", "syntax", "line 1, column 3: expected a character after '\\' and found the end of the text"},
    {"\"\\\"", "syntax", "line 1, column 4: expected '\"' at the end of a string and found the end of the text"},
    {"\"\\x\"", "syntax", "line 1, column 3: expected one of \"\\/bfnrtu after '\\' and found 'x'"},
    {"\"\\U0041\"", "syntax", "line 1, column 3: expected one of \"\\/bfnrtu after '\\' and found 'U'"},
    {"\"\\u004\"", "syntax", "line 1, column 2: expected four hex digits after \\u"},
    {"\"\\u00g0\"", "syntax", "line 1, column 2: expected four hex digits after \\u"},
    {"\"\\u", "syntax", "line 1, column 2: expected four hex digits after \\u"},
    {"\"a\nb\"", "syntax", "line 1, column 3: byte 0x0A must be escaped in a string"},
    {"\"\x00\""s, "syntax", "line 1, column 2: byte 0x00 must be escaped in a string"},
    {"\"\x1F\"", "syntax", "line 1, column 2: byte 0x1F must be escaped in a string"},
    {"\"\\ud800\"", "surrogate", "line 1, column 2: a high surrogate without a low one after it"},
    {"\"\\udbff\\n\"", "surrogate", "line 1, column 2: a high surrogate without a low one after it"},
    {"\"\\ud800\\u0041\"", "surrogate", "line 1, column 2: a high surrogate without a low one after it"},
    {"\"\\ud800\\ud800\"", "surrogate", "line 1, column 2: a high surrogate without a low one after it"},
    {"\"\\ud800\\udc0\"", "surrogate", "line 1, column 2: a high surrogate without a low one after it"},
    {"\"\\udc00\"", "surrogate", "line 1, column 2: a low surrogate without a high one before it"},
    {"\"\\udc00\\ud800\"", "surrogate", "line 1, column 2: a low surrogate without a high one before it"},
    {"\"\x80\"", "utf8", "line 1, column 2: byte 0x80 is not valid UTF-8 here"},
    {"\"a\xC3\"", "utf8", "line 1, column 3: byte 0xC3 is not valid UTF-8 here"},
    {"\"\xC3", "utf8", "line 1, column 2: byte 0xC3 is not valid UTF-8 here"},
    {"\"\xC0\x80\"", "utf8", "line 1, column 2: byte 0xC0 is not valid UTF-8 here"},
    {"\"\xC1\xBF\"", "utf8", "line 1, column 2: byte 0xC1 is not valid UTF-8 here"},
    {"\"\xE0\x9F\xBF\"", "utf8", "line 1, column 2: byte 0xE0 is not valid UTF-8 here"},
    {"\"\xED\xA0\x80\"", "utf8", "line 1, column 2: byte 0xED is not valid UTF-8 here"},
    {"\"\xED\xBF\xBF\"", "utf8", "line 1, column 2: byte 0xED is not valid UTF-8 here"},
    {"\"\xE2\x82\"", "utf8", "line 1, column 2: byte 0xE2 is not valid UTF-8 here"},
    {"\"\xE2\x28\xAC\"", "utf8", "line 1, column 2: byte 0xE2 is not valid UTF-8 here"},
    {"\"\xF0\x8F\xBF\xBF\"", "utf8", "line 1, column 2: byte 0xF0 is not valid UTF-8 here"},
    {"\"\xF4\x90\x80\x80\"", "utf8", "line 1, column 2: byte 0xF4 is not valid UTF-8 here"},
    {"\"\xF5\x80\x80\x80\"", "utf8", "line 1, column 2: byte 0xF5 is not valid UTF-8 here"},
    {"\"\xFF\"", "utf8", "line 1, column 2: byte 0xFF is not valid UTF-8 here"},
    {"{\"a\":1,\"a\":1}", "duplicate_key", "line 1, column 8: the key \"a\" stands in this object already"},
    {"{\"a\":1,\"b\":2,\n \"a\":1}", "duplicate_key", "line 2, column 2: the key \"a\" stands in this object already"},
    {"[{\"b\":{\"a\":1,\"\\u0061\":1}}]", "duplicate_key", "line 1, column 14: the key \"\\u0061\" stands in this object already"},
    {"{\"\\u0062\":1,\"a\":2,\"b\":3,\"a\":4}", "duplicate_key", "line 1, column 19: the key \"b\" stands in this object already"},
    {"{\"\\u0061\":1,\"b\":2,\"a\":3,\"b\":4}", "duplicate_key", "line 1, column 19: the key \"a\" stands in this object already"},
    {"{\"\":1,\"\":1}", "duplicate_key", "line 1, column 7: the key \"\" stands in this object already"},
    {"{\"/\":1,\"\\/\":1}", "duplicate_key", "line 1, column 8: the key \"\\/\" stands in this object already"},
    {"{\"\xF0\x9F\x98\x80\":1,\"\\uD83D\\uDE00\":1}", "duplicate_key",
     "line 1, column 11: the key \"\\uD83D\\uDE00\" stands in this object already"},
};

TEST(JsonParse, AcceptsWhatTheStandardAccepts) {
  for (const std::string& text : kAccepted) {
    const auto document = parse(text);
    EXPECT_TRUE(document.has_value()) << text << "\n" << document.error().message;
  }
}

TEST(JsonParse, RefusesTheRestAndSaysWhere) {
  for (const Refused& row : kRefused) {
    const auto document = parse(row.text);
    ASSERT_FALSE(document.has_value()) << row.text;
    EXPECT_EQ(document.error().kind, ErrorKind::invalid_argument);
    EXPECT_EQ(document.error().code, "json." + row.code) << row.text;
    EXPECT_EQ(document.error().message, "JSON, " + row.message + ".") << row.text;
  }
}

// The fast loops over strings read blocks of 16 and 8: what is refused must be refused wherever in a block it stands.
TEST(JsonParse, RefusesBadCharactersAtEveryPlaceInAString) {
  for (std::size_t before = 0; before < 40; ++before) {
    for (std::size_t after = 0; after < 40; after += 3) {
      for (const std::string_view bad : {"\n", "\x80", "\xC3", "\\x", "\xED\xA0\x80"}) {
        const std::string text = "\"" + std::string(before, 'x') + std::string(bad) + std::string(after, 'x') + "\"";
        const auto document = parse(text);
        ASSERT_FALSE(document.has_value()) << text;
        EXPECT_NE(document.error().message.find(fmt::format("column {}:", before + 2 + (bad == "\\x"))), std::string::npos)
            << document.error().message;
      }
    }
  }
}

TEST(JsonParse, DepthIsLimitedAndNeverRecursive) {
  const std::size_t deep = 1'000'000;
  std::string text = std::string(deep, '[') + std::string(deep, ']');
  EXPECT_TRUE(parse(text, {.depth = deep}).has_value());
  const auto refused = parse(text, {.depth = deep - 1});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "json.depth");
  EXPECT_TRUE(parse(std::string(256, '[') + std::string(256, ']')).has_value());
  EXPECT_FALSE(parse(std::string(257, '[') + std::string(257, ']')).has_value());
  EXPECT_TRUE(parse("[[1],[1],[1]]", {.depth = 2}).has_value());
  EXPECT_FALSE(parse("{\"a\":[]}", {.depth = 1}).has_value());
}

TEST(JsonParse, BytesAreLimited) {
  EXPECT_TRUE(parse("[1]", {.bytes = 3}).has_value());
  const auto refused = parse("[1] ", {.bytes = 3});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::too_large);
  EXPECT_EQ(refused.error().code, "json.too_large");
}

TEST(JsonParse, TakesABodyOf64Mebibytes) {
  std::string text = "[";
  const std::string element = R"({"name":"first event","n":12345,"list":[1,2,3],"text":")" + std::string(400, 'x') + "\"},";
  while (text.size() + element.size() < 64u << 20) text += element;
  text.back() = ']';
  const auto document = parse(text);
  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_EQ(document->root().size(), text.size() / element.size());
  EXPECT_EQ(document->root().text().size(), text.size());
}

// Repeated keys are found whatever the number of keys, the first repetition in the text first.
TEST(JsonParse, FindsARepeatedKeyAmongManyOrFew) {
  RandomJson random(7);
  for (std::size_t count : {2, 3, 23, 24, 25, 26, 200, 5000}) {
    for (int escaped = 0; escaped < 2; ++escaped) {
      const std::size_t repeated = random.below(count - 1);
      std::string text = "{";
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t key = i == count - 1 ? repeated : i;
        text += fmt::format("\"{}k{}\":{},", escaped != 0 && i % 3 == 0 ? "\\u0020" : " ", key, i);
      }
      text.back() = '}';
      const auto document = parse(text);
      ASSERT_FALSE(document.has_value()) << text;
      EXPECT_EQ(document.error().code, "json.duplicate_key");
      const std::size_t last_key = text.rfind(",\"") + 1;
      EXPECT_NE(document.error().message.find(fmt::format("column {}:", last_key + 1)), std::string::npos) << document.error().message;
      text.resize(last_key - 1);
      EXPECT_TRUE(parse(text + "}").has_value()) << text;
    }
  }
}

TEST(JsonValue, GivesWhatIsInIt) {
  const auto document = parse(R"( {"a":[1,2.5,"x"],"b\n":{"c":true,"d":null},"e":"\u00e9\/","f":-0} )");
  ASSERT_TRUE(document.has_value());
  const Value root = document->root();
  EXPECT_EQ(root.kind(), Kind::object);
  EXPECT_EQ(root.size(), 4u);
  const Value list = *root.find("a");
  EXPECT_EQ(list.size(), 3u);
  EXPECT_EQ(list.text(), R"([1,2.5,"x"])");
  EXPECT_TRUE(list.first().node().integral);
  EXPECT_FALSE(list.first().after().node().integral);
  EXPECT_EQ(list.first().after().text(), "2.5");
  EXPECT_TRUE(list.first().after().after().is_string("x"));
  EXPECT_EQ(list.first().after().after().after(), list.end());
  const Value inner = *root.find("b\n");
  EXPECT_TRUE(inner.find("c")->boolean());
  EXPECT_TRUE(inner.find("d")->is(Kind::null));
  EXPECT_FALSE(inner.find("e").has_value());
  EXPECT_FALSE(inner.find("d")->find("e").has_value());
  EXPECT_EQ(root.find("e")->string(), "\xC3\xA9/");
  EXPECT_EQ(root.find("e")->raw_string(), "\\u00e9\\/");
  EXPECT_TRUE(root.find("e")->is_string("\xC3\xA9/"));
  EXPECT_FALSE(root.find("e")->is_string("\\u00e9\\/"));
  EXPECT_TRUE(root.find("f")->node().integral);
  EXPECT_FALSE(root.find("f")->is_string("-0"));
}

TEST(JsonValue, EmptyContainersHaveNothingToWalk) {
  const auto document = parse("[[],{},1]");
  ASSERT_TRUE(document.has_value());
  for (Value at = document->root().first(); at != document->root().end(); at = at.after()) EXPECT_EQ(at.first(), at.end());
}

TEST(JsonValue, WalkingCountsWhatSizeSays) {
  RandomJson random(3);
  for (int round = 0; round < 300; ++round) {
    const std::string text = random.value().noisy;
    const auto document = parse(text);
    ASSERT_TRUE(document.has_value()) << text << document.error().message;
    for (std::uint32_t i = 0; i < document->nodes().size(); ++i) {
      const Value value(*document, i);
      std::size_t count = 0;
      for (Value at = value.first(); at != value.end(); at = at.after()) ++count;
      const std::size_t expected = value.is(Kind::object) ? 2 * value.size() : value.is(Kind::array) ? value.size() : 0;
      ASSERT_EQ(count, expected) << text;
      ASSERT_TRUE(parse(value.text()).has_value()) << value.text();
    }
  }
}

/// The text in memory that ends where it ends, so that the sanitizer sees any step past it.
bool parses(std::string_view text) {
  const std::unique_ptr<char[]> exact(new char[text.size()]);
  std::copy(text.begin(), text.end(), exact.get());
  const auto document = parse({exact.get(), text.size()});
  if (!document) EXPECT_FALSE(document.error().message.empty());
  return document.has_value();
}

TEST(JsonParse, NeverCrashesOnDamagedText) {
  RandomJson random(11);
  int accepted = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text = random.value(3).noisy;
    for (std::uint64_t i = 0, changes = 1 + random.below(3); i < changes && !text.empty(); ++i) {
      const std::size_t at = random.below(text.size());
      switch (random.below(4)) {
        case 0: text[at] = static_cast<char>(random.below(256)); break;
        case 1: text.resize(at); break;
        case 2: text.insert(at, 1, "{}[],:\"\\u0e.-"[random.below(13)]); break;
        default: text.erase(at, 1 + random.below(4)); break;
      }
    }
    accepted += parses(text);
  }
  EXPECT_GT(accepted, 100);
  EXPECT_LT(accepted, 3900);
}

TEST(JsonParse, NeverCrashesOnRandomBytes) {
  RandomJson random(13);
  constexpr std::string_view alphabet = "{}[]:,\"\\u0aFD8e+-.tfn \xC3\xA9\xF0";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random.below(24), ' ');
    for (char& c : text) c = random.below(8) == 0 ? static_cast<char>(random.below(256)) : alphabet[random.below(alphabet.size())];
    parses(text);
  }
}

TEST(JsonParse, EveryStartOfAValueButAllIsRefused) {
  RandomJson random(17);
  for (int round = 0; round < 100; ++round) {
    const std::string text = "[" + random.value(3).canonical + "]";
    for (std::size_t size = 0; size < text.size(); ++size) ASSERT_FALSE(parses(text.substr(0, size))) << text.substr(0, size);
  }
}

}  // namespace
}  // namespace millrace::json
