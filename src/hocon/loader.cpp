#include "hocon/loader.hpp"

#include <fstream>

#include "base/json/canonical.hpp"
#include "hocon/characters.hpp"
#include "hocon/document_reader.hpp"
#include "hocon/properties.hpp"

namespace millrace::hocon {
namespace {

namespace fs = std::filesystem;

// The order in which files of one base name are merged: the last wins.
constexpr std::array<std::string_view, 3> kEndings = {".properties", ".json", ".conf"};

bool is_known_ending(const fs::path& file) {
  return std::ranges::find(kEndings, file.extension().string()) != kEndings.end();
}

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::is_regular_file(file, error);
}

/// What the name may mean: itself, or the files of that base name when it has none of the known endings.
std::vector<std::string> file_names(const std::string& name, bool by_base_name) {
  std::vector<std::string> names;
  if (by_base_name && !is_known_ending(name)) {
    for (std::string_view ending : kEndings) names.push_back(name + std::string(ending));
  }
  names.push_back(name);
  return names;
}

std::vector<fs::path> folders_for(const std::string& name, const fs::path& folder) {
  if (fs::path(name).is_absolute()) return {{}};
  return {folder, folder / ".."};
}

std::string read_up_to(std::istream& stream, std::size_t bytes_max) {
  std::string text;
  std::array<char, 1u << 16> chunk;
  while (text.size() < bytes_max) {
    stream.read(chunk.data(), static_cast<std::streamsize>(std::min(chunk.size(), bytes_max - text.size())));
    if (stream.gcount() == 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(stream.gcount()));
  }
  return text;
}

Place place_of(std::string_view text, std::size_t at, const std::string& file) {
  const std::string_view before = text.substr(0, at);
  const auto line = static_cast<std::uint32_t>(std::ranges::count(before, '\n')) + 1;
  return {file, line, static_cast<std::uint32_t>(at - (before.rfind('\n') + 1) + 1)};
}

}  // namespace

Node* Loader::read_root_file(const fs::path& file) {
  auto source = read(file, {file.string(), 0, 0});
  return source ? read_root(*source) : nullptr;
}

Node* Loader::read_root_text(std::string_view text, std::string name, const fs::path& folder) {
  const Source source = {std::string(text), tree_.file_name(std::move(name)), folder};
  return is_text(source) ? read_root(source) : nullptr;
}

Node* Loader::read_root(const Source& source) {
  Anchor* anchor = tree_.make_anchor();
  Node* root = read_document(source, {.anchor = anchor, .scopes = {{anchor, {}}}});
  anchor->node = root;
  return root;
}

Node* Loader::include_fields(const IncludeTarget& target, const fs::path& folder, const Position& position) {
  if (!is_allowed(target)) return nullptr;
  std::vector<std::string> tried;
  const std::vector<fs::path> files = find(target, folder, true, tried);
  if (files.empty() && target.is_required) report_missing(target, tried);
  Node* object = nullptr;
  for (const fs::path& file : files) {
    Node* more = read_object(file, target, position);
    if (more == nullptr) continue;
    if (more->kind == NodeKind::array) {
      problems_.add(target.spot, fmt::format("The file {} holds an array, and an include needs an object.", file.string()));
    } else if (object == nullptr) {
      object = more;
    } else {
      merge_into(*object, *more);
    }
  }
  return object;
}

Node* Loader::include_value(const IncludeTarget& target, const fs::path& folder, const Position& position) {
  if (!is_allowed(target)) return nullptr;
  std::vector<std::string> tried;
  const std::vector<fs::path> files = find(target, folder, false, tried);
  if (files.empty()) {
    report_missing(target, tried);
    return nullptr;
  }
  if (is_known_ending(files.front())) return read_object(files.front(), target, position);
  auto source = read(files.front(), target.spot.place());
  return source ? tree_.make_string({source->name, 1, 1}, std::move(source->text)) : nullptr;
}

bool Loader::is_allowed(const IncludeTarget& target) {
  const bool is_address =
      target.kind == IncludeKind::url || (target.kind == IncludeKind::any && target.name.find("://") != std::string::npos);
  if (is_address) {
    problems_.add(target.spot, "A config does not include addresses: what it means must not depend on another host.",
                  "Keep the file beside this one and write include file(...).");
  } else if (target.kind == IncludeKind::classpath) {
    problems_.add(target.spot, "There is no class path here.", "Write include file(...).");
  }
  return !is_address && target.kind != IncludeKind::classpath;
}

void Loader::report_missing(const IncludeTarget& target, const std::vector<std::string>& tried) {
  problems_.add(target.spot, fmt::format("There is no file {}.", json::quoted(target.name)),
                fmt::format("Looked for {}.", fmt::join(tried, ", ")));
}

/// The files of the first folder that has any.
std::vector<fs::path> Loader::find(const IncludeTarget& target, const fs::path& folder, bool by_base_name,
                                   std::vector<std::string>& tried) const {
  std::vector<fs::path> found;
  for (const fs::path& place : folders_for(target.name, folder)) {
    for (const std::string& name : file_names(target.name, by_base_name)) {
      fs::path file = (place / name).lexically_normal();
      tried.push_back(file.string());
      if (is_there(file)) found.push_back(std::move(file));
    }
    if (!found.empty()) break;
  }
  return found;
}

std::optional<Loader::Source> Loader::read(const fs::path& file, const Place& asked_at) {
  const auto refuse = [&](std::string message) {
    problems_.add(asked_at, std::move(message));
    return std::nullopt;
  };
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status)) return refuse(fmt::format("There is no file \"{}\".", file.string()));
  if (fs::is_directory(status)) return refuse(fmt::format("\"{}\" is a folder, not a file.", file.string()));
  if (++files_ > options_.files_max) return refuse(fmt::format("More than {} files are included.", options_.files_max));
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return refuse(fmt::format("\"{}\" cannot be read.", file.string()));
  std::string text = read_up_to(stream, options_.bytes_max - bytes_ + 1);
  Source source = {std::move(text), tree_.file_name(file.string()), file.parent_path()};
  if (!is_text(source)) return std::nullopt;
  return source;
}

bool Loader::is_text(const Source& source) {
  if (source.text.size() > options_.bytes_max - bytes_) {
    problems_.add(Place{*source.name, 0, 0}, fmt::format("The config and what it includes are larger than {} bytes.", options_.bytes_max));
    return false;
  }
  bytes_ += source.text.size();
  const std::size_t at = invalid_utf8(source.text);
  if (at != std::string::npos) problems_.add(place_of(source.text, at, *source.name), "This byte is not UTF-8.");
  return at == std::string::npos;
}

Node* Loader::read_object(const fs::path& file, const IncludeTarget& target, const Position& position) {
  const std::string name = file.string();
  if (std::ranges::find(open_, name) != open_.end()) {
    problems_.add(target.spot, "This file includes itself.", fmt::format("{} -> {}", fmt::join(open_, " -> "), name));
    return nullptr;
  }
  if (open_.size() > options_.include_depth_max) {
    problems_.add(target.spot, fmt::format("Includes are nested deeper than {}.", options_.include_depth_max));
    return nullptr;
  }
  auto source = read(file, target.spot.place());
  if (!source) return nullptr;
  if (file.extension() == ".properties") return read_properties(tree_, source->text, source->name, options_, problems_);
  Position inside = position;
  inside.scopes.insert(inside.scopes.begin(), {position.anchor, position.path});
  return read_document(*source, inside);
}

Node* Loader::read_document(const Source& source, const Position& position) {
  open_.push_back(*source.name);
  Node* root = DocumentReader(*this, source.text, source.name, source.folder, position).read();
  open_.pop_back();
  return root;
}

}  // namespace millrace::hocon
