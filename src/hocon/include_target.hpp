// What follows the word include: "name", file(...), url(...), classpath(...), or required(...) around one of them.
//
// Beyond the specification, the name inside file() may stand without quotes, up to the closing parenthesis.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hocon/lexer.hpp"

namespace millrace::hocon {

enum class IncludeKind : std::uint8_t { any, file, url, classpath };

struct IncludeTarget {
  IncludeKind kind = IncludeKind::any;
  std::string name;
  bool is_required = false;
  Spot spot;
};

/// Whether `key = include` followed by this is an include and not a string that starts with that word.
bool is_value_include(std::string_view rest);

/// Reads the target from where the lexer stands, or reports what is wrong with it.
std::optional<IncludeTarget> read_include_target(Lexer& lexer, Problems& problems);

}  // namespace millrace::hocon
