// JSON Merge Patch (RFC 7396) over canonical text.
#pragma once

#include <string>
#include <string_view>

namespace millrace::document {

/// The target changed as the patch says: a member that is null goes, an object is merged, everything else replaces. Members of the target
/// stay where they stand, new ones follow in the patch's order. Requires: canonical text, the patch nested no deeper than a parse allows.
std::string merge_patch(std::string_view target, std::string_view patch);

}  // namespace millrace::document
