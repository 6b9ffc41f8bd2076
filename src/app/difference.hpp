// How two JSON values differ, for a person to read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json/document.hpp"

namespace millrace::app {

/// One line for each place where they differ: its JSON Pointer, what was expected there and what is. Numbers are compared by value and
/// objects without order.
std::vector<std::string> differences(json::Value expected, json::Value actual);

/// The same for what stands at one place, or does not.
void add_differences(std::vector<std::string>& lines, const std::string& place, std::optional<json::Value> expected,
                     std::optional<json::Value> actual);

}  // namespace millrace::app
