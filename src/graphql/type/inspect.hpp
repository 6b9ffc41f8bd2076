// A JSON value as graphql-js's messages show it: { name: "x", tags: [1, 2] }, deep and long ones cut short, and
// what is over 4096 bytes cut off.
#pragma once

#include <string>
#include <string_view>

#include "base/json/document.hpp"

namespace millrace::graphql {

/// Requires: canonical JSON.
std::string inspect(std::string_view canonical);
std::string inspect(const json::Value& value);

/// A text, cut as above when it is long.
std::string brief(std::string_view text);

}  // namespace millrace::graphql
