#include "base/hash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace millrace {
namespace {

constexpr HashKey kKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};

std::string first_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::iota(bytes.begin(), bytes.end(), '\0');
  return bytes;
}

TEST(SipHash, GivesWhatItsAuthorsHave) {
  // SipHash-2-4: the paper, appendix A, and vectors.h of the reference implementation.
  EXPECT_EQ((sip_hash<2, 4>(first_bytes(15), kKey)), 0xa129ca6149be45e5u);
  EXPECT_EQ((sip_hash<2, 4>("", kKey)), 0x726fdb47dd0e0e31u);
  // SipHash-1-3 for the same key.
  EXPECT_EQ((sip_hash<1, 3>("", kKey)), 0xabac0158050fc4dcu);
  EXPECT_EQ((sip_hash<1, 3>(first_bytes(15), kKey)), 0xd320d86d2a519956u);
}

/// Texts that std::hash puts into one place of a table of that many.
std::vector<std::string> colliding(std::size_t count, std::size_t places) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; texts.size() < count; ++i)
    if (std::string text = std::to_string(i); std::hash<std::string_view>{}(text) % places == 0) texts.push_back(std::move(text));
  return texts;
}

TEST(TextMap, TextsThatWereChosenToMeetDoNot) {
  TextMap<int> map;
  map.reserve(1'000);
  for (const std::string& text : colliding(500, map.bucket_count())) map.emplace(text, 0);
  std::size_t fullest = 0;
  for (std::size_t i = 0; i < map.bucket_count(); ++i) fullest = std::max(fullest, map.bucket_size(i));
  EXPECT_LE(fullest, 20u);
}

}  // namespace
}  // namespace millrace
