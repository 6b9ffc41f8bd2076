// Canonical text: one spelling for each value, so that comparing text compares values.
//
// No white space; strings with the fewest escapes: \" \\ \b \f \n \r \t, and \u00xx in lower-case hex for the other characters below
// U+0020; everything else as UTF-8. Numbers and the order of members stay as they were sent. All that Millrace stores is canonical.
#pragma once

#include <string>
#include <string_view>

#include "base/json/document.hpp"

namespace millrace::json {

/// Appends the value in canonical form. Copies whole runs that are canonical already.
void append_canonical(std::string& out, Value value);

/// The same for an object without its member `key` (at the top only).
void append_canonical_without(std::string& out, Value object, std::string_view key);

/// Appends a string in quotes, canonical. Requires: valid UTF-8.
void append_string(std::string& out, std::string_view characters);

/// The quoted canonical string.
std::string quoted(std::string_view characters);

}  // namespace millrace::json
