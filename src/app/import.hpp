// `millrace import`: NDJSON into an entity, through its REST API, in a running service or in this process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace millrace::app {

struct ImportOptions {
  std::string to;    // "/raw-events", "/raw-events/api", or a URL of a running service
  std::string file;  // "-": standard input
  std::filesystem::path config = "config/config.conf";
  std::optional<std::filesystem::path> folder = {};  // the stores of `millrace dev FOLDER`
  std::string url = {};                              // a running service; empty: the config's, when it answers
  bool makes_ids = true;
  std::size_t batch_lines = 500;
};

/// Imports every line and prints progress, each refused line with its place, and a summary. A document of a file without id gets one that
/// follows from the target, the file's path, the line number and the line, so that running the same import again stores only what is
/// missing. Exit status 0 when every line is stored (now or before), else 1.
int import_lines(const ImportOptions& options);

}  // namespace millrace::app
