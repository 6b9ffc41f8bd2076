// A JSON Schema as OpenAPI 3.1 has it: draft 2020-12, all that it refers to being components of the same document.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jsonschema/bundle.hpp"

namespace millrace::rest {

/// The components that describe one entity's documents, each with a title of its own. `Patch`, `Replacement` and `Version` after the
/// entity's name are taken.
struct SchemaComponents {
  std::string created;                          // what POST takes, "NewNAME": with an id where the schema allows one
  std::string document;                         // what is answered, "NAME"
  std::string replacement;                      // what PUT takes, "NAMEReplacement": the path has the id
  std::string patch;                            // what PATCH takes, "NAMEPatch"
  std::vector<jsonschema::Bundle::Part> parts;  // what these refer to
};

/// Makes the components of a schema; null: any object. `name` is the entity's.
SchemaComponents make_components(const jsonschema::Schema* schema, const std::string& name);

}  // namespace millrace::rest
