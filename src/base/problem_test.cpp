#include "base/problem.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace millrace {
namespace {

using Names = std::vector<std::string>;

TEST(Problem, IsWrittenSoThatEditorsCanFollow) {
  EXPECT_EQ(to_string(Place{"a.conf", 3, 7}), "a.conf:3:7");
  EXPECT_EQ(to_string(Place{"a.conf", 0, 0}), "a.conf");
  EXPECT_EQ(to_string(Place{"", 3, 7}), "3:7");
  EXPECT_EQ(to_string(Problem{{"a.conf", 3, 7}, "No such key.", "Did you mean port?"}), "a.conf:3:7: No such key. (Did you mean port?)");
  EXPECT_EQ(to_string(Problem{{"a.conf"}, "The file is empty."}), "a.conf: The file is empty.");
  EXPECT_EQ(to_string(Problem{{}, "Nothing to read."}), "Nothing to read.");
}

TEST(Suggestions, AreThoseNearEnoughNearestFirst) {
  struct Row {
    std::string name;
    Names candidates, expected;
  };
  const std::vector<Row> rows = {
      {"", {}, {}},
      {"", {"a"}, {"a"}},
      {"input", {}, {}},
      {"greenish", {"green"}, {"green"}},
      {"green", {"greenish"}, {"greenish"}},
      {"abc", {"a", "ab", "abc"}, {"abc", "ab", "a"}},
      {"abc", {"abc", "abc"}, {"abc"}},
      {"GetById", {"getById"}, {"getById"}},
      {"verylongname", {"VERYLONGNAME"}, {"VERYLONGNAME"}},
      {"ab", {"ba"}, {"ba"}},
      {"a", {"bc"}, {}},
      {"abcd", {"xyz1", "abce", "abdc", "ABCD"}, {"ABCD", "abce", "abdc"}},
      {"field1", {"field10", "field9", "field2"}, {"field2", "field9", "field10"}},
      {"a11", {"a1", "a01"}, {"a01", "a1"}},
      {"nme", {"name", "nam", "nae", "me", "nm", "ne", "n"}, {"me", "nae", "name", "ne", "nm"}},
  };
  for (const Row& row : rows) EXPECT_EQ(suggestions(row.name, row.candidates), row.expected) << row.name;
}

TEST(Suggestions, TheThresholdGrowsWithTheName) {
  EXPECT_EQ(nearest("abcd", {"xxcd"}), "xxcd");     // 2 edits of 4 letters: floor(1.6) + 1
  EXPECT_EQ(nearest("abcd", {"xxxd"}), "");         // 3 edits
  EXPECT_EQ(nearest("abcde", {"xxxde"}), "xxxde");  // 3 edits of 5 letters: floor(2.0) + 1
  EXPECT_EQ(nearest("abcde", {"xxxxe"}), "");
}

TEST(Nearest, PointsIntoTheCandidates) {
  const Names candidates = {"storage", "schema"};
  const std::string_view found = nearest("shcema", candidates);
  EXPECT_EQ(found.data(), candidates[1].data());
  EXPECT_TRUE(nearest("restlettes", candidates).empty());
  EXPECT_TRUE(nearest("a", {}).empty());
}

/// The distance by its definition, with memory of what was asked before.
std::size_t distance(const std::string& a, const std::string& b, std::size_t i, std::size_t j,
                     std::map<std::pair<std::size_t, std::size_t>, std::size_t>& known) {
  if (i == 0 || j == 0) return i + j;
  const auto entry = known.find({i, j});
  if (entry != known.end()) return entry->second;
  std::size_t best = std::min({distance(a, b, i - 1, j, known) + 1, distance(a, b, i, j - 1, known) + 1,
                               distance(a, b, i - 1, j - 1, known) + (a[i - 1] == b[j - 1] ? 0 : 1)});
  if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) best = std::min(best, distance(a, b, i - 2, j - 2, known) + 1);
  return known[{i, j}] = best;
}

TEST(Nearest, HasTheLeastDistanceByDefinition) {
  std::mt19937_64 random(1);
  const auto word = [&] {
    std::string out(random() % 9, 'a');
    for (char& c : out) c = "abc"[random() % 3];
    return out;
  };
  for (int round = 0; round < 3000; ++round) {
    const std::string name = word();
    const Names candidates = {word(), word()};
    std::size_t least = SIZE_MAX;
    std::size_t found = SIZE_MAX;
    for (const std::string& candidate : candidates) {
      std::map<std::pair<std::size_t, std::size_t>, std::size_t> known;
      const std::size_t edits = distance(name, candidate, name.size(), candidate.size(), known);
      least = std::min(least, edits);
      if (candidate == nearest(name, candidates)) found = std::min(found, edits);
    }
    const bool near_enough = least <= name.size() * 4 / 10 + 1;
    const Names near = suggestions(name, candidates);
    ASSERT_EQ(!near.empty(), near_enough) << name << " " << candidates[0] << " " << candidates[1];
    if (near_enough) ASSERT_EQ(found, least) << name << " " << candidates[0] << " " << candidates[1];
  }
}

}  // namespace
}  // namespace millrace
