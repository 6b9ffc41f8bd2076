// What a config can ask for has an end: each of these would otherwise fill the memory, the stack or the day.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hocon/parser.hpp"

namespace millrace::hocon {
namespace {

using testing::HasSubstr;

Options quiet() {
  Options options;
  options.environment = [](const std::string&) { return std::nullopt; };
  return options;
}

std::string outcome(std::string_view text, const Options& options = quiet()) {
  const auto value = parse_text(text, "x.conf", ".", options);
  return value ? to_json(*value) : to_string(value.error().front());
}

/// a0 = `first`, and each aN = `next` with @ for the one before.
std::string chain(std::string_view first, std::string_view next, int count) {
  std::string text = fmt::format("a0 = {}\n", first);
  for (int i = 1; i <= count; ++i) {
    text += fmt::format("a{} = ", i);
    for (char c : next) text += c == '@' ? fmt::format("a{}", i - 1) : std::string(1, c);
    text += '\n';
  }
  return text;
}

TEST(HoconLimits, ValuesThatDouble) {
  EXPECT_THAT(outcome(chain("[1]", "[${@}, ${@}]", 60)), HasSubstr("There are more than 250000 values."));
  EXPECT_THAT(outcome(chain("{ x = 1 }", "{ l = ${@}, r = ${@} }", 60)), HasSubstr("There are more than 250000 values."));
}

TEST(HoconLimits, ArraysThatDouble) {
  EXPECT_THAT(outcome(chain("[1]", "${@} ${@}", 60)), HasSubstr("give more than 67108864 bytes."));
}

TEST(HoconLimits, StringsThatDouble) {
  EXPECT_THAT(outcome(chain("xxxxxxxx", "${@}${@}", 60)), HasSubstr("give more than 67108864 bytes."));
  Options options = quiet();
  options.expansion_bytes_max = 1000;
  EXPECT_THAT(outcome("a = " + std::string(400, 'x') + "\nb = [${a}, ${a}, ${a}]", options),
              HasSubstr("The strings have more than 1000 bytes."));
}

TEST(HoconLimits, WaysThatDouble) {
  // Nothing comes of it, but the ways from the last to the first are 2^60.
  std::string text = "b = ${a60.x}\na0 { x = 1 }\n";
  for (int i = 1; i <= 60; ++i) text += fmt::format("a{0} = ${{a{1}}}\na{0} = ${{a{1}}}\n", i, i - 1);
  Options options = quiet();
  options.values_max = 10'000;
  EXPECT_THAT(outcome(text, options), HasSubstr("This substitution asks for more than 10000 values."));
}

TEST(HoconLimits, LongChains) {
  EXPECT_THAT(outcome(chain("1", "${@}", 100)), HasSubstr(R"("a100":1)"));
  // From the far end each waits for the one before it.
  std::string backwards;
  for (int i = 5000; i > 0; --i) backwards += fmt::format("a{} = ${{a{}}}\n", i, i - 1);
  EXPECT_THAT(outcome(backwards + "a0 = 1"), HasSubstr("lead to each other deeper than 200."));
}

TEST(HoconLimits, LongRowsOfAppend) {
  std::string text = "x = 1\n";
  for (int i = 0; i < 3000; ++i) text += "a += ${x}\n";
  const auto value = parse_text(text + "b = ${a}", "x.conf", ".", quiet());
  ASSERT_TRUE(value.has_value()) << to_string(value.error().front());
  EXPECT_EQ(value->find("b")->items.size(), 3000u);
}

TEST(HoconLimits, Depth) {
  const auto nested = [](std::size_t depth) { return "a = " + std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_THAT(outcome(nested(200)), HasSubstr("[[[["));
  EXPECT_THAT(outcome(nested(201)), HasSubstr("x.conf:1:205: Values are nested deeper than 200."));
  EXPECT_THAT(outcome(nested(1'000'000)), HasSubstr("Values are nested deeper than 200."));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "a{";
  EXPECT_THAT(outcome(objects), HasSubstr("x.conf:1:402: Values are nested deeper than 200."));
  std::string path = "a";
  for (int i = 0; i < 100'000; ++i) path += ".a";
  EXPECT_THAT(outcome(path + " = 1"), HasSubstr("Values are nested deeper than 200."));
  EXPECT_THAT(outcome("b = ${?" + path + "}"), testing::Eq("{}"));
  EXPECT_THAT(outcome(chain("1", "{ x = ${@} }", 150) + chain("1", "1", 0)), HasSubstr("\"a150\""));
  EXPECT_THAT(outcome(chain("1", "[[[${@}]]]", 100)), HasSubstr("deeper than 200"));
}

TEST(HoconLimits, Bytes) {
  Options options = quiet();
  options.bytes_max = 10;
  EXPECT_EQ(outcome("a = 123456", options), R"({"a":123456})");
  EXPECT_THAT(outcome("a = 1234567", options), HasSubstr("larger than 10 bytes"));
}

TEST(HoconLimits, ManyProblems) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "@\n";
  const auto value = parse_text(text, "x.conf", ".", quiet());
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().size(), 100u);
}

TEST(HoconLimits, LargeObjects) {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += fmt::format("k{0} = {0}\n", i);
  const auto value = parse_text(text + "x = ${k39999}", "x.conf", ".", quiet());
  ASSERT_TRUE(value.has_value()) << to_string(value.error().front());
  EXPECT_EQ(value->members.size(), 40'001u);
  EXPECT_EQ(value->members.back().value.text, "39999");
}

}  // namespace
}  // namespace millrace::hocon
