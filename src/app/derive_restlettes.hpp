// REST APIs: those that the config names, and one for every graphlette whose storage none of them names.
#pragma once

#include <memory>
#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// Adds the restlettes and their JSON Schemas. Requires: graphlettes and relations are derived; every entity is there.
void derive_restlettes(Model& model, std::vector<Problem>& problems);

struct DocumentRules {
  std::shared_ptr<const jsonschema::Schema> schema;
  document::CreationRules creation;
};

/// What documents of a graphlette must be: the rules of the restlette of its storage, or else what those would be derived from. No schema
/// (with a problem) when it has errors. Requires: restlettes are derived.
DocumentRules document_rules(Model& model, const GraphletteModel& graphlette, std::vector<Problem>& problems);

}  // namespace millrace::app
