// What jq 1.6 says against a program that does not compile, made into something with a place.
#pragma once

#include <optional>
#include <string_view>

#include "transform/jq_transform.hpp"

namespace millrace::transform {

/// Reads one of jq's messages:
///
///   jq: error: foo/0 is not defined at <top-level>, line 2:
///    1 + foo    <- the program's line, then as many spaces as stand before the place
///
/// Nothing for one that only counts the others. `problem.program` is left to the caller.
std::optional<JqProblem> read_problem(std::string_view message, std::string_view program);

}  // namespace millrace::transform
