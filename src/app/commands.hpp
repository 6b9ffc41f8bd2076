// The commands of the program; each gives the exit status.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace millrace::app {

/// `millrace serve`: the service as the config says, until SIGTERM or SIGINT.
int serve(const std::filesystem::path& config, std::optional<std::uint16_t> port);

/// `millrace dev`: the config of a folder with every storage embedded.
int develop(const std::filesystem::path& folder, std::optional<std::uint16_t> port);

/// `millrace check`: prints what was derived, or every problem.
int check(const std::filesystem::path& config);

}  // namespace millrace::app
