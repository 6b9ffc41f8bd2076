#include "app/source_file.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace millrace::app {
namespace {

Place place_in_config(const Place& place, const SourceText& source) {
  const std::uint32_t line = std::max(place.line, 1u);
  const std::uint32_t column = std::max(place.column, 1u);
  if (source.places.empty())
    return {source.start.file, source.start.line + line - 1, line == 1 ? source.start.column + column - 1 : column};
  // An object became one line.
  const auto after = std::ranges::upper_bound(source.places, column - 1, {}, &hocon::JsonPlace::offset);
  return after == source.places.begin() ? source.start : std::prev(after)->place;
}

}  // namespace

std::optional<std::string> read_file(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return std::nullopt;
  return std::move(text).str();
}

std::vector<Problem> placed(std::vector<Problem> problems, const SourceText& source) {
  for (Problem& problem : problems)
    if (source.start.line != 0 && problem.place.file == source.name) problem.place = place_in_config(problem.place, source);
  return problems;
}

Checked<SourceText> read_source(const SourceConfig& source, const std::filesystem::path& config_file) {
  if (!source.is_file_name) {
    // Text that `include file(...)` brought stands in that file, and its problems are reported there.
    const bool is_included = !source.place.file.empty() && std::filesystem::path(source.place.file) != config_file;
    if (is_included) return SourceText{source.text, source.place.file, source.place.file};
    // Only """ lets a text have line breaks of its own.
    Place start = source.place;
    start.column += source.text.find('\n') == std::string::npos ? 1 : 3;
    return SourceText{source.text, {}, to_string(source.place), start, source.places};
  }
  std::filesystem::path folder = std::filesystem::absolute(config_file).parent_path();
  std::vector<std::filesystem::path> tried;
  for (const std::filesystem::path& base : {folder, folder.parent_path()}) {
    tried.push_back((base / source.text).lexically_normal());
    if (auto text = read_file(tried.back())) {
      std::filesystem::path shown = tried.back().lexically_proximate(std::filesystem::current_path());
      return SourceText{*std::move(text), tried.back(), shown.string()};
    }
  }
  std::string places;
  for (const std::filesystem::path& path : tried) places += (places.empty() ? "" : ", ") + path.string();
  return std::unexpected(std::vector<Problem>{
      {source.place, fmt::format("The file \"{}\" is not there.", source.text), fmt::format("Looked for {}.", places)}});
}

}  // namespace millrace::app
