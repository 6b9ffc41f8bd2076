// A HOCON value after everything is merged and substituted: each part knows the place that it was written.
#pragma once

#include <cstdint>
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

/// The value as canonical JSON (base/json/canonical.hpp).
std::string to_json(const Value& value);

}  // namespace millrace::hocon
