// The commands of the program; each gives the exit status.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "app/model.hpp"

namespace millrace::app {

/// Reads a config and derives its model; `port` is the one that is served instead of the config's.
Checked<Model> load_model(const std::filesystem::path& config, std::optional<std::uint16_t> port);

/// `millrace serve`: the service as the config says, until SIGTERM or SIGINT.
int serve(const std::filesystem::path& config, std::optional<std::uint16_t> port, bool shares_port);

/// `millrace dev`: the config of a folder with every storage embedded.
int develop(const std::filesystem::path& folder, std::optional<std::uint16_t> port);

/// `millrace check`: prints what was derived, or every problem.
int check(const std::filesystem::path& config);

/// `millrace check --print-schema`: prints the schema of the unified endpoint as SDL, or every problem.
int print_unified_schema(const std::filesystem::path& config);

/// `millrace check --keys`: prints the keys that a config can have.
int list_keys();

/// `millrace check --operations`: the reference of the REST APIs.
int list_operations();

}  // namespace millrace::app
