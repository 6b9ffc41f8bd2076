#include "jsonschema/source.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace millrace::jsonschema {
namespace {

/// The number after `label` in a parser's message, or 0.
std::uint32_t number_after(std::string_view message, std::string_view label) {
  std::uint32_t number = 0;
  const std::size_t at = message.find(label);
  if (at != std::string_view::npos) std::from_chars(message.data() + at + label.size(), message.data() + message.size(), number);
  return number;
}

auto order(const Problem& problem) {
  return std::tie(problem.place.file, problem.place.line, problem.place.column, problem.message);
}

}  // namespace

std::expected<std::uint32_t, Problem> Sources::add(std::string_view text, std::string file) {
  Source& source = sources_.emplace_back(Source{std::move(file), std::string(text), {}});
  auto document = json::parse(source.text);
  if (!document) {
    const std::string& message = document.error().message;
    Problem problem{{std::move(source.file), number_after(message, "line "), number_after(message, "column ")}, message};
    sources_.pop_back();
    return std::unexpected(std::move(problem));
  }
  source.document = *std::move(document);
  return static_cast<std::uint32_t>(sources_.size() - 1);
}

Place Sources::place(Location location) const {
  const Source& source = sources_[location.source];
  const std::string_view before = std::string_view(source.text).substr(0, value(location).node().begin);
  const auto lines = std::ranges::count(before, '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // 0 when there is none
  return {source.file, static_cast<std::uint32_t>(lines + 1), static_cast<std::uint32_t>(before.size() - line_start + 1)};
}

void Problems::add(Location location, std::string message, std::string hint) {
  // Nobody reads more, and every place is looked for from the start of its text.
  constexpr std::size_t kMost = 1000;
  if (problems_.size() >= kMost) return;
  problems_.push_back({sources_->place(location), std::move(message), std::move(hint)});
}

std::vector<Problem> Problems::take() {
  std::ranges::sort(problems_, [](const Problem& a, const Problem& b) { return order(a) < order(b); });
  const auto same = [](const Problem& a, const Problem& b) { return order(a) == order(b); };
  const auto rest = std::ranges::unique(problems_, same);
  problems_.erase(rest.begin(), rest.end());
  return std::move(problems_);
}

}  // namespace millrace::jsonschema
