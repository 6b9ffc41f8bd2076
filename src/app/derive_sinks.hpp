// Sinks: which entity each publishes.
#pragma once

#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// Requires: restlettes are derived.
void derive_sinks(Model& model, std::vector<Problem>& problems);

}  // namespace millrace::app
