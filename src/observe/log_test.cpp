#include "observe/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/json/document.hpp"

namespace millrace::observe {
namespace {

using testing::MatchesRegex;

class LogTest : public testing::Test {
 protected:
  const std::string& last() const { return lines_.back(); }

  std::vector<std::string> lines_;
  Log log_{[this](std::string_view line) { lines_.emplace_back(line); }};
};

const Trace kTrace{.high = 1, .low = 2, .span = 3};

TEST_F(LogTest, WritesTimeLevelModuleAndTrace) {
  log_.write(Module::stores, Level::warn, "It is slow.", {kTrace, {{"ms", "12"}}});
  EXPECT_THAT(last(), MatchesRegex("20..-..-..T..:..:......(...)?Z warn  stores: It is slow\\. ms=12 "
                                   "trace=00000000000000010000000000000002\n"));
}

TEST_F(LogTest, WritesOneObjectALine) {
  LogOptions options;
  options.is_json = true;
  log_.configure(options);
  log_.write(Module::http, Level::error, "a \"b\"\nc", {kTrace, {{"client", "::1"}}});
  const auto document = json::parse(last());
  ASSERT_TRUE(document.has_value()) << last();
  EXPECT_THAT(last(), testing::HasSubstr(R"("level":"error","module":"http","message":"a \"b\"\nc","client":"::1",)"
                                         R"("trace_id":"00000000000000010000000000000002","span_id":"0000000000000003"})"));
  EXPECT_EQ(std::count(last().begin(), last().end(), '\n'), 1);
}

TEST_F(LogTest, KeepsALineOneLine) {
  log_.write(Module::http, Level::error, "a\nb\x1b[31m", {{}, {{"client", "x\r\ny"}}});
  EXPECT_THAT(last(), testing::EndsWith("a\\x0ab\\x1b[31m client=x\\x0d\\x0ay\n"));
}

TEST_F(LogTest, LeavesOutWhatIsNotWanted) {
  log_.write(Module::auth, Level::debug, "no");
  EXPECT_TRUE(lines_.empty());
  LogOptions options;
  options.levels.fill(Level::error);
  options.levels[static_cast<std::size_t>(Module::auth)] = Level::debug;
  log_.configure(options);
  EXPECT_FALSE(log_.tells(Module::http, Level::warn));
  EXPECT_TRUE(log_.tells(Module::auth, Level::debug));
  log_.write(Module::http, Level::warn, "no");
  log_.write(Module::auth, Level::debug, "yes");
  EXPECT_EQ(lines_.size(), 1u);
}

TEST_F(LogTest, PrintsForPeopleAsItIs) {
  log_.print("  Start    http://localhost:1/");
  EXPECT_EQ(last(), "  Start    http://localhost:1/\n");
}

TEST_F(LogTest, SaysTheSameOnce) {
  const auto say = log_.lines(Module::stores, Level::error, "raw_events");
  for (int i = 0; i < 5; ++i) say("It is away.");
  EXPECT_EQ(lines_.size(), 1u);
  say("It is there.");
  EXPECT_THAT(last(), testing::EndsWith("raw_events: It is there. (the line before came 4 times more)\n"));
}

}  // namespace
}  // namespace millrace::observe
