// Java's properties files, which an include may name: every value a string, every dot in a key a step into an object.
#pragma once

#include <string_view>

#include "hocon/parser.hpp"
#include "hocon/problems.hpp"
#include "hocon/tree.hpp"

namespace millrace::hocon {

/// The object; null after reporting. `file` outlives the tree. Where a key is both a string and an object, the object stays.
Node* read_properties(Tree& tree, std::string_view text, const std::string* file, const Options& options, Problems& problems);

}  // namespace millrace::hocon
