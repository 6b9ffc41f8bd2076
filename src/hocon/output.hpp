// The resolved tree as values.
#pragma once

#include "hocon/parser.hpp"
#include "hocon/problems.hpp"
#include "hocon/tree.hpp"

namespace millrace::hocon {

/// Adds to `problems` when there are too many values, bytes or levels. A node that several substitutions share becomes a value for each of
/// them here, so this is where a small text can become large. Requires: the node is pure.
Value output(const Node& node, const Options& options, Problems& problems);

}  // namespace millrace::hocon
