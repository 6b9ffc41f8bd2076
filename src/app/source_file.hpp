// Files that the config names: looked up from the config file's folder, then from that folder's parent.
#pragma once

#include <filesystem>
#include <string>

#include "app/config.hpp"
#include "base/problem.hpp"

namespace millrace::app {

struct SourceText {
  std::string text;
  std::filesystem::path file;  // empty: the text stands in the config itself
  std::string name;            // for problems
};

/// The text of a source. The problem of a missing file lists the places that were tried.
Checked<SourceText> read_source(const SourceConfig& source, const std::filesystem::path& config_file);

/// A file's text; nothing when it cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& file);

}  // namespace millrace::app
