// HOCON: the whole of https://github.com/lightbend/config/blob/main/HOCON.md, JSON included.
//
// Comments, unquoted and multi-line strings, concatenation of strings, arrays and objects, += , path keys, merging, substitutions ${a.b}
// and ${?a.b} with self-reference and the environment, include "f", include file(...), required(...), url(...) refused with a reason.
// Beyond the specification, as MeshQL's configs write it: `key = include file(x)` gives the text of x as a string when x is not HOCON
// or JSON by its ending (.conf, .json, .properties), or its object when it is. The rows tests/spec/hocon/beyond_* show this and where the
// reference implementation differs.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/problem.hpp"
#include "hocon/value.hpp"

namespace millrace::hocon {

struct Options {
  /// What ${NAME} falls back on; the process's environment when not set.
  std::function<std::optional<std::string>(const std::string&)> environment = {};
  std::size_t include_depth_max = 50;
  std::size_t files_max = 1000;
  std::size_t bytes_max = 16u << 20;            // of all files together
  std::size_t depth_max = 200;                  // nested values, as written and after substitution; substitutions that lead to others
  std::size_t values_max = 250'000;             // after substitution: a small text can ask for a large result
  std::size_t expansion_bytes_max = 64u << 20;  // of all strings after substitution
};

/// Reads a file, its includes (each looked up from the including file's folder, then from that folder's parent) and substitutions. All
/// problems of a stage are reported together: syntax, then substitution.
Checked<Value> parse_file(const std::filesystem::path& file, const Options& options = {});

/// The same for text; `name` stands in problems, `folder` is where its includes are looked up.
Checked<Value> parse_text(std::string_view text, const std::string& name, const std::filesystem::path& folder, const Options& options = {});

}  // namespace millrace::hocon
