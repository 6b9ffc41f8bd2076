// `millrace replay`: runs a processor again over what it has processed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace millrace::app {

struct ReplayCommand {
  std::filesystem::path config = "config/config.conf";  // or a folder as `millrace dev` takes it, with its embedded stores
  std::string processor = {};
  std::string from = {};                   // an instant; of when events were recorded
  std::string to = {};                     // ... before that
  std::vector<std::string> statuses = {};  // SUCCESS, PARTIAL or FAILED: of the results as they are; none: any
  bool is_dry = false;
};

/// Works on the stores themselves, beside a service that runs. Prints what became of the results, with samples. Exit status 0 when all was
/// replayed, else 1.
int replay_results(const ReplayCommand& command);

}  // namespace millrace::app
