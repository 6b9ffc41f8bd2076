// What the paths of substitutions lead to as the document is written, before anything is resolved.
#pragma once

#include <string>

#include "hocon/tree.hpp"

namespace millrace::hocon {

/// Sets is_referenced on every field that a substitution leads to or through, but for those that it stands in.
void mark_references(const Tree& tree);

/// What to write instead of a path that leads nowhere: the path with the nearest key that is there, or empty.
std::string nearest_path(const Target& target);

}  // namespace millrace::hocon
