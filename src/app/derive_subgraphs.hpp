// Endpoints as subgraphs of Apollo Federation: keys and what is shared follow from what is an entity here (docs/decisions/0019).
#pragma once

#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// Gives each endpoint that the config says so its subgraph. A name that federation needs for itself is a problem. Requires: the model is
/// right, and its unified endpoint derived.
void derive_subgraphs(Model& model, std::vector<Problem>& problems);

/// Says of directives of federation that an SDL names, and that are unknown therefore, what to do instead.
void explain_federation_directives(std::vector<Problem>& problems);

}  // namespace millrace::app
