// REST APIs: those that the config names, and one for every graphlette whose storage none of them names.
#pragma once

#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// Adds the restlettes and their JSON Schemas. Requires: graphlettes and relations are derived; every entity is there.
void derive_restlettes(Model& model, std::vector<Problem>& problems);

}  // namespace millrace::app
