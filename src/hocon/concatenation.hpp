// Values that stand side by side: strings are joined, arrays appended, objects merged; kinds do not mix.
#pragma once

#include <vector>

#include "hocon/problems.hpp"
#include "hocon/tree.hpp"

namespace millrace::hocon {

/// Joins what is known while reading; what a substitution keeps apart stays a concatenation. One part is that part. Requires: not empty.
Node* concatenation_of(Tree& tree, std::vector<Node*> parts, Problems& problems);

/// A part of a concatenation after it was resolved, and where it was written.
struct Part {
  Node* node = nullptr;
  Spot spot;
};

/// What the parts can be joined to: an array or an object when they are all such, not counting blanks between them, and objects with
/// numbers for keys being arrays beside arrays; else a string. None after reporting that they do not go together.
enum class Joint : std::uint8_t { string, array, object, none };
Joint joint_of(const std::vector<Part>& parts, Problems& problems);

/// Requires: joint_of gave that.
Node* joined_string(Tree& tree, Spot spot, const std::vector<Part>& parts);
Node* joined_array(Tree& tree, Spot spot, const std::vector<Part>& parts);

}  // namespace millrace::hocon
