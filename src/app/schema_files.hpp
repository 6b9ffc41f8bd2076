// Schemas in files, as JSON Schema refers to them: by URI. Nothing is fetched from elsewhere.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "jsonschema/schema.hpp"

namespace millrace::app {

/// The file's absolute URI: "file:///srv/events/config/json/event.schema.json".
std::string file_uri(const std::filesystem::path& file);

/// The file at such a URI; for any other URI, or when there is no such file, a sentence that says so.
std::expected<jsonschema::LoadedDocument, std::string> load_schema_file(const std::string& uri);

}  // namespace millrace::app
