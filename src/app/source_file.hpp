// Files that the config names: looked up from the config file's folder, then from that folder's parent.
#pragma once

#include <filesystem>
#include <string>

#include "app/config.hpp"
#include "base/problem.hpp"

namespace millrace::app {

struct SourceText {
  std::string text;
  std::filesystem::path file;                 // empty: the text stands in the config itself
  std::string name;                           // for problems
  Place start = {};                           // where in the config the text starts; line 0 when it stands in a file
  std::vector<hocon::JsonPlace> places = {};  // as in SourceConfig
};

/// Problems of the text, at their places in the config when that is where it stands.
std::vector<Problem> placed(std::vector<Problem> problems, const SourceText& source);

/// The text of a source. The problem of a missing file lists the places that were tried.
Checked<SourceText> read_source(const SourceConfig& source, const std::filesystem::path& config_file);

/// A file's text; nothing when it cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& file);

}  // namespace millrace::app
