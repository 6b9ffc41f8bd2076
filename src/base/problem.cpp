#include "base/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

namespace millrace {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// Edits that turn one text into the other: insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
/// Keeps three rows of the table. Empty when it is more than `most`.
std::optional<std::size_t> edits(std::string_view a, std::string_view b, std::size_t most) {
  if (a.size() < b.size()) std::swap(a, b);
  if (a.size() - b.size() > most) return std::nullopt;
  std::array<std::vector<std::size_t>, 3> rows;
  rows.fill(std::vector<std::size_t>(b.size() + 1));
  std::iota(rows[0].begin(), rows[0].end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const auto& above = rows[(i - 1) % 3];
    auto& row = rows[i % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
    }
    if (*std::ranges::min_element(row) > most) return std::nullopt;
  }
  const std::size_t distance = rows[a.size() % 3][b.size()];
  return distance <= most ? std::optional(distance) : std::nullopt;
}

struct Near {
  std::size_t distance;
  std::string_view candidate;
};

/// The candidates that are near enough, nearest first, each once.
std::vector<Near> near_ones(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string lower = lower_case(name);
  const std::size_t threshold = name.size() * 4 / 10 + 1;
  std::vector<Near> result;
  for (const std::string& candidate : candidates) {
    const std::string lower_candidate = lower_case(candidate);
    // A difference in case counts as one edit, however many letters it is.
    const std::optional<std::size_t> distance = name == candidate          ? 0
                                                : lower == lower_candidate ? 1
                                                                           : edits(lower_candidate, lower, threshold);
    const bool is_new = std::ranges::find(result, std::string_view(candidate), &Near::candidate) == result.end();
    if (distance && is_new) result.push_back({*distance, candidate});
  }
  std::ranges::sort(result, [](const Near& a, const Near& b) {
    return a.distance != b.distance ? a.distance < b.distance : natural_order(a.candidate, b.candidate) < 0;
  });
  return result;
}

}  // namespace

std::strong_ordering natural_order(std::string_view a, std::string_view b) {
  const auto take_number = [](std::string_view& text) {
    std::size_t size = 1;
    while (text[0] != '0' && size < text.size() && is_digit(text[size])) ++size;
    const std::string_view number = text.substr(0, size);
    text.remove_prefix(size);
    return number;
  };
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      const std::string_view left = take_number(a);
      const std::string_view right = take_number(b);
      if (left.size() != right.size()) return left.size() <=> right.size();
      if (left != right) return left <=> right;
    } else {
      if (a[0] != b[0]) return static_cast<unsigned char>(a[0]) <=> static_cast<unsigned char>(b[0]);
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.size() <=> b.size();
}

std::string to_string(const Place& place) {
  if (place.line == 0) return place.file;
  if (place.file.empty()) return fmt::format("{}:{}", place.line, place.column);
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

std::string to_string(const Problem& problem) {
  std::string out = to_string(problem.place);
  if (!out.empty()) out += ": ";
  out += problem.message;
  if (!problem.hint.empty()) out += fmt::format(" ({})", problem.hint);
  return out;
}

bool is_one_edit_away(std::string_view a, std::string_view b) {
  return edits(a, b, 1) == 1u;
}

std::string_view nearest(std::string_view name, const std::vector<std::string>& candidates) {
  const std::vector<Near> near = near_ones(name, candidates);
  return near.empty() ? std::string_view() : near.front().candidate;
}

std::vector<std::string> suggestions(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr std::size_t kMost = 5;
  std::vector<std::string> result;
  for (const Near& near : near_ones(name, candidates)) {
    if (result.size() == kMost) break;
    result.emplace_back(near.candidate);
  }
  return result;
}

}  // namespace millrace
