// REST APIs: those that the config names, and one for every graphlette whose storage none of them names.
#pragma once

#include <memory>
#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// Adds the restlettes and their JSON Schemas. Requires: graphlettes and relations are derived; every entity is there.
void derive_restlettes(Model& model, std::vector<Problem>& problems);

/// What documents of a graphlette must be: the JSON Schema of the restlette of its storage, or else what that would be derived from. Null
/// (with a problem) when it has errors. Requires: restlettes are derived.
std::shared_ptr<const jsonschema::Schema> document_schema(Model& model, const GraphletteModel& graphlette, std::vector<Problem>& problems);

}  // namespace millrace::app
