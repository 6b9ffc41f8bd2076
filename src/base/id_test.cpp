#include "base/id.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <set>
#include <thread>
#include <vector>

#include "base/instant.hpp"

namespace millrace {
namespace {

bool is_uuid(const std::string& id, char version) {
  if (id.size() != 36 || id[14] != version || std::string_view("89ab").find(id[19]) == std::string_view::npos) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? id[i] != '-' : std::string_view("0123456789abcdef").find(id[i]) == std::string_view::npos) return false;
  }
  return true;
}

std::int64_t milliseconds_of(const std::string& id) {
  const std::string digits = id.substr(0, 8) + id.substr(9, 4);
  std::int64_t result = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), result, 16);
  return result;
}

TEST(Uuid7, HasItsShapeAndGrows) {
  std::string last;
  for (int i = 0; i < 50'000; ++i) {
    const std::string id = make_uuid7();
    ASSERT_TRUE(is_uuid(id, '7')) << id;
    ASSERT_LT(last, id);
    last = id;
  }
}

TEST(Uuid7, StartsWithTheTime) {
  // On another thread, whose sequence no earlier test has driven ahead of the clock.
  std::jthread([] {
    const std::int64_t before = now().microseconds / 1000;
    const std::int64_t at = milliseconds_of(make_uuid7());
    EXPECT_GE(at, before);
    EXPECT_LE(at, now().microseconds / 1000);
  });
}

TEST(Uuid7, DiffersBetweenThreads) {
  constexpr std::size_t kEach = 5000;
  std::vector<std::vector<std::string>> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& ids : made) {
      threads.emplace_back([&ids] {
        for (std::size_t i = 0; i < kEach; ++i) ids.push_back(make_uuid7());
      });
    }
  }
  std::set<std::string> different;
  for (const auto& ids : made) different.insert(ids.begin(), ids.end());
  EXPECT_EQ(different.size(), made.size() * kEach);
}

TEST(Uuid5, FollowsFromTheName) {
  const std::string dns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  EXPECT_EQ(make_uuid5(dns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");  // RFC 9562, A.4
  EXPECT_EQ(make_uuid5(dns, "python.org"), "886313e1-3b8a-5372-9b90-0c9aee199e5d");
  EXPECT_EQ(make_uuid5("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "python.org"), "886313e1-3b8a-5372-9b90-0c9aee199e5d");
  EXPECT_TRUE(is_uuid(make_uuid5(dns, ""), '5'));
  EXPECT_NE(make_uuid5(dns, "a"), make_uuid5(dns, "b"));
}

TEST(Uuid5, UsesTheNilNamespaceWhenItIsNone) {
  const std::string nil = make_uuid5("00000000-0000-0000-0000-000000000000", "a");
  for (const std::string_view name_space : {"", "no", "6ba7b810-9dad-11d1-80b4-00c04fd430cg", "6ba7b8109dad11d180b400c04fd430c8xxxx",
                                            "6ba7b810+9dad-11d1-80b4-00c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8 "}) {
    EXPECT_EQ(make_uuid5(name_space, "a"), nil) << name_space;
  }
}

}  // namespace
}  // namespace millrace
