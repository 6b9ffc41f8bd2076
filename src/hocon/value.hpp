// A HOCON value after everything is merged and substituted: each part knows the place that it was written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.hpp"

namespace millrace::hocon {

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

struct Member;

/// Immutable after resolution. Members keep the order in which their keys first appear.
struct Value {
  Kind kind = Kind::null;
  /// Where the value was written; what a substitution brought is at its own place, what the environment gave at the substitution's.
  /// The text of an included file is at line 1, column 1 of that file.
  Place place;
  bool flag = false;            // boolean
  std::string text;             // string; number: its characters as written
  std::vector<Value> items;     // array
  std::vector<Member> members;  // object
  /// Whether some substitution in the same document refers to this member, or into it: a name that exists to be referred to is not an
  /// unknown key. A member that refers to its own earlier value does not count.
  bool referenced = false;

  const Value* find(std::string_view key) const;
};

struct Member {
  std::string key;
  Place place;  // of the key, where it first appears
  Value value;
};

/// The elements of an array; or of an object whose keys are numbers, in their order, which HOCON lets stand for one. Nothing for others.
std::optional<std::vector<const Value*>> as_list(const Value& value);

/// Where a key or value stands that was written as JSON.
struct JsonPlace {
  std::size_t offset;  // in the JSON text
  Place place;
};

/// The value as canonical JSON (base/json/canonical.hpp). `places` gets those of all keys and values, in the order of their offsets.
std::string to_json(const Value& value, std::vector<JsonPlace>* places = nullptr);

}  // namespace millrace::hocon
