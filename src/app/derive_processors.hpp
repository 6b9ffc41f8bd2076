// Processors: between which entities they stand, and what their results may have.
#pragma once

#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// Requires: restlettes are derived.
void derive_processors(Model& model, std::vector<Problem>& problems);

/// Which entities refer to which, by the keys that resolvers follow and by the results of processors; each key gets an index. Requires:
/// relations and processors are derived.
void derive_references(Model& model);

}  // namespace millrace::app
