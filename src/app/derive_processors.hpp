// Processors: between which entities they stand, and what their results may have.
#pragma once

#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// Requires: restlettes are derived.
void derive_processors(Model& model, std::vector<Problem>& problems);

}  // namespace millrace::app
