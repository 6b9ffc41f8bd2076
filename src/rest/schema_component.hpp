// A JSON Schema as OpenAPI 3.1 has it: draft 2020-12, its references pointing into the document that it becomes part of.
#pragma once

#include <string>
#include <string_view>

namespace millrace::rest {

/// The components that describe one entity's documents.
struct SchemaComponents {
  std::string created;   // what POST takes: with an id where the schema allows one
  std::string document;  // what is answered, and what PUT takes: `id` is read-only there
  std::string patch;     // what PATCH takes
};

/// Makes the components of a schema's text (draft 7 or 2020-12, known to be one; empty: any object). `name` is the name of `created` among
/// the components, to which references lead. A reference to another file describes nothing here.
SchemaComponents make_components(std::string_view schema, std::string_view name);

}  // namespace millrace::rest
