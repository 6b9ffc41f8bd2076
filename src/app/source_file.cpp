#include "app/source_file.hpp"

#include <fstream>
#include <sstream>

namespace millrace::app {

std::optional<std::string> read_file(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return std::nullopt;
  return std::move(text).str();
}

Checked<SourceText> read_source(const SourceConfig& source, const std::filesystem::path& config_file) {
  if (!source.is_file_name) {
    // Text that `include file(...)` brought stands in that file, and its problems are reported there.
    const bool is_included = !source.place.file.empty() && std::filesystem::path(source.place.file) != config_file;
    return SourceText{source.text, is_included ? std::filesystem::path(source.place.file) : std::filesystem::path(), source.place.file};
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
