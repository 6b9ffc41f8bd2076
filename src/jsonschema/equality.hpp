// Equality of JSON values as JSON Schema means it: numbers by value, strings by characters, objects without order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json/document.hpp"

namespace millrace::jsonschema {

/// The characters of a string: a view into its document, or into `scratch` when it has escapes. Requires: a string.
inline std::string_view characters(json::Value string, std::string& scratch) {
  if (!string.node().escaped) return string.raw_string();
  scratch = string.string();
  return scratch;
}

/// Recursive to the values' depth. Not more than linear times a logarithm in their size.
bool are_equal(json::Value a, json::Value b);

/// The places of two equal elements, if there are any. Not quadratic in the array's size.
std::optional<std::pair<std::uint32_t, std::uint32_t>> find_equal_elements(json::Value array);

}  // namespace millrace::jsonschema
