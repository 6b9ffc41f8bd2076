#include "graphql/type/sdl_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graphql/language/source.hpp"

namespace millrace::graphql {

void SdlReport::report(std::uint32_t offset, std::string message, std::string hint) {
  problems_.push_back({offset, problems_.size(), true, {{}, std::move(message), std::move(hint)}});
}

void SdlReport::report_whole(std::string message, std::string hint) {
  problems_.push_back({0, problems_.size(), false, {{file_, 0, 0}, std::move(message), std::move(hint)}});
}

std::vector<Problem> SdlReport::take() {
  std::ranges::sort(problems_, {}, [](const Entry& entry) { return std::pair(entry.offset, entry.sequence); });
  std::vector<Problem> sorted;
  for (Entry& entry : problems_) {
    if (entry.has_place) entry.problem.place = place_at(entry.offset);
    sorted.push_back(std::move(entry.problem));
  }
  problems_.clear();
  return sorted;
}

std::string SdlReport::place_words(std::uint32_t offset) const {
  Place place = place_at(offset);
  return fmt::format("line {}, column {}", place.line, place.column);
}

/// Columns of a Place count bytes, where those of GraphQL's locations count UTF-16 code units.
Place SdlReport::place_at(std::uint32_t offset) const {
  std::string_view before = source_.substr(0, offset);
  std::size_t line_end = before.find_last_of("\r\n");
  std::size_t line_begin = line_end == std::string_view::npos ? 0 : line_end + 1;
  return {file_, location_at(source_, offset).line, static_cast<std::uint32_t>(offset - line_begin + 1)};
}

}  // namespace millrace::graphql
