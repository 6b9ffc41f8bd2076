#include "app/schema_files.hpp"

#include <fmt/format.h>

#include "app/source_file.hpp"
#include "jsonschema/uri.hpp"

namespace millrace::app {
namespace {

constexpr std::string_view kScheme = "file://";

}  // namespace

std::string file_uri(const std::filesystem::path& file) {
  std::string uri(kScheme);
  for (char c : std::filesystem::absolute(file).lexically_normal().generic_string()) {
    if (c == '%' || c == '#' || c == '?') {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri;
}

std::expected<jsonschema::LoadedDocument, std::string> load_schema_file(const std::string& uri) {
  if (!uri.starts_with(kScheme))
    return std::unexpected(fmt::format("Nothing is fetched from \"{}\": keep the schema in a file and refer to that.", uri));
  const std::filesystem::path file = jsonschema::decode_percent(std::string_view(uri).substr(kScheme.size()));
  auto text = read_file(file);
  if (!text) return std::unexpected(fmt::format("Looked for {}.", file.string()));
  return jsonschema::LoadedDocument{*std::move(text), file.lexically_proximate(std::filesystem::current_path()).string()};
}

}  // namespace millrace::app
