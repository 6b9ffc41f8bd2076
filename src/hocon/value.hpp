// A HOCON value after everything is merged and substituted: each part knows the place that it was written.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/problem.hpp"

namespace millrace::hocon {

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

/// Immutable after resolution. Members keep the order in which their keys first appear.
struct Value {
  Kind kind = Kind::null;
  Place place;
  bool flag = false;                                   // boolean
  std::string text;                                    // string; number: its characters as written
  std::vector<Value> items;                            // array
  std::vector<std::pair<std::string, Value>> members;  // object
  /// Whether some substitution in the same document refers to this member: a name that exists to be referred to is not an unknown key.
  bool referenced = false;

  const Value* find(std::string_view key) const;
};

/// The value as canonical JSON (base/json/canonical.hpp).
std::string to_json(const Value& value);

}  // namespace millrace::hocon
