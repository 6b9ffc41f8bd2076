#include "jsonschema/formats.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/instant.hpp"

namespace millrace::jsonschema {
namespace {

/// Changes a few characters, so that about half of the results are still well formed or nearly so.
class Mutations {
 public:
  Mutations(std::vector<std::string> seeds, std::string characters) : seeds_(std::move(seeds)), characters_(std::move(characters)) {}

  std::string next() {
    std::string text = seeds_[random_() % seeds_.size()];
    for (auto changes = random_() % 4; changes > 0 && !text.empty(); --changes) {
      const std::size_t at = random_() % text.size();
      const char character = characters_[random_() % characters_.size()];
      switch (random_() % 4) {
        case 0: text.erase(at, 1); break;
        case 1: text.insert(at, 1, character); break;
        default: text[at] = character;
      }
    }
    return text;
  }

 private:
  std::vector<std::string> seeds_;
  std::string characters_;
  std::mt19937 random_{7};
};

constexpr int kRounds = 50'000;

/// The two must agree, and both answers must be among those given.
template <class Ours, class Theirs>
void expect_agreement(Mutations mutations, Ours ours, Theirs theirs) {
  int accepted = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::string text = mutations.next();
    const bool expected = theirs(text);
    ASSERT_EQ(ours(text), expected) << text;
    accepted += expected;
  }
  EXPECT_GT(accepted, kRounds / 20);
  EXPECT_LT(accepted, kRounds / 20 * 19);
}

bool is_address(int family, const std::string& text) {
  char bytes[16];
  return text.find('\0') == std::string::npos && inet_pton(family, text.c_str(), bytes) == 1;
}

TEST(Formats, TakeDateTimesAsInstantsDo) {
  const std::vector<std::string> seeds = {"2024-01-01T12:00:00Z",      "2024-02-29t23:59:59.123456z", "1990-12-31T15:59:60-08:00",
                                          "2000-10-31T00:00:00+23:59", "1900-02-28T08:30:06.5+01:30", "2016-12-31T23:59:60Z"};
  expect_agreement(Mutations(seeds, "0123456789TtZz:.+- "), is_date_time,
                   [](const std::string& text) { return parse_rfc3339(text).has_value(); });
}

TEST(Formats, TakeIpv4AsTheSystemDoes) {
  expect_agreement(Mutations({"127.0.0.1", "255.249.100.9", "10.20.30.40"}, "0123456789.x "), is_ipv4,
                   [](const std::string& text) { return is_address(AF_INET, text); });
}

TEST(Formats, TakeIpv6AsTheSystemDoes) {
  expect_agreement(Mutations({"::1", "2001:db8::7", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.128", "1::2:3:4:5:6:7", "a:b:c:d:e:f:1.2.3.4"},
                             "0123456789abcdefg:."),
                   is_ipv6, [](const std::string& text) { return is_address(AF_INET6, text); });
}

TEST(Formats, AreKnownByName) {
  ASSERT_NE(find_format("date-time"), nullptr);
  EXPECT_TRUE(find_format("date-time")->accepts("2024-01-01T12:00:00Z"));
  EXPECT_EQ(find_format("int64"), nullptr);
  EXPECT_EQ(find_format(""), nullptr);
}

TEST(Formats, LimitTheLengthsOfNames) {
  const std::string label(63, 'a');
  EXPECT_TRUE(is_hostname(label));
  EXPECT_FALSE(is_hostname(label + "a"));
  const std::string name = label + "." + label + "." + label + "." + std::string(61, 'a');
  EXPECT_TRUE(is_hostname(name));
  EXPECT_FALSE(is_hostname(name + "a"));
  EXPECT_TRUE(is_email(std::string(64, 'a') + "@b"));
  EXPECT_FALSE(is_email(std::string(65, 'a') + "@b"));
}

}  // namespace
}  // namespace millrace::jsonschema
