// Walking canonical JSON text that was checked when it came in: no checks, no copies, no nodes.
//
// Requires everywhere: canonical text (canonical.hpp). On anything else the result is meaningless, though within bounds when the text is
// well-formed JSON without white space.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json/document.hpp"

namespace millrace::json {

/// The kind of a value from its first character.
Kind kind_of(std::string_view value);

/// Steps through the members of an object in order.
class Members {
 public:
  explicit Members(std::string_view object) : at_(object.data() + 1), end_(object.data() + object.size()) {}
  /// The next key (quoted, canonical) and value; false after the last.
  bool next(std::string_view& key, std::string_view& value);
  /// The value of the next member when that has this key (quoted, canonical); else false, and nothing has been stepped over.
  bool next_is(std::string_view key, std::string_view& value);

 private:
  const char* at_;
  const char* end_;
};

/// Steps through the elements of an array in order.
class Elements {
 public:
  explicit Elements(std::string_view array) : at_(array.data() + 1), end_(array.data() + array.size()) {}
  bool next(std::string_view& value);

 private:
  const char* at_;
  const char* end_;
};

/// The value of a member, by its quoted canonical key; empty when it is not there or the value is no object.
std::string_view member(std::string_view object, std::string_view quoted_key);

/// The characters of a canonical string, escapes decoded.
std::string decode_string(std::string_view quoted);

/// Just after the value that starts at `at`.
const char* skip_value(const char* at, const char* end);

}  // namespace millrace::json
