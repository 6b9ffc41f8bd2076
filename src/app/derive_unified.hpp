// The unified endpoint: one schema over all graphlettes, each under a field of its own (docs/decisions/0017).
#pragma once

#include <memory>
#include <vector>

#include "app/source_file.hpp"
#include "app/unified_model.hpp"

namespace millrace::app {

/// Null when it is turned off, or there is no graphlette, or its default path is taken. What cannot be composed is a problem with its
/// place. The keys of reverse relations become indexes of their entities. Requires: the model is right; a source for each graphlette.
std::shared_ptr<UnifiedModel> derive_unified(Model& model, const std::vector<SourceText>& sources, std::vector<Problem>& problems);

}  // namespace millrace::app
