// What must hold in a schema (section 3, "Type Validation" of each kind of type), each concern in a file of its own. Each check reports
// every place where it does not hold, in graphql-js's words.
#pragma once

#include <string>
#include <string_view>

#include "graphql/type/definitions.hpp"
#include "graphql/type/schema.hpp"
#include "graphql/type/schema_builder.hpp"
#include "graphql/type/sdl_report.hpp"

namespace millrace::graphql {

struct SchemaContext {
  const Schema& schema;
  const Document& document;
  const Definitions& definitions;
  const DefaultNodes& default_nodes;
  SdlReport& report;
};

/// All of them.
void check_schema(const SchemaContext& context);

void check_root_types(const SchemaContext& context);
void check_directive_definitions(const SchemaContext& context);
void check_directive_values(const SchemaContext& context);
void check_names(const SchemaContext& context);
void check_fields(const SchemaContext& context);
void check_interfaces(const SchemaContext& context);
void check_union_members(const SchemaContext& context);
void check_enum_values(const SchemaContext& context);
void check_input_fields(const SchemaContext& context);
void check_finite_inputs(const SchemaContext& context);
void check_default_cycles(const SchemaContext& context);

/// An argument or input field as it is defined, named as messages name it: Query.events(limit:).
struct InputSite {
  const InputValue& value;
  const InputValueDefinition* definition;  // null: built in
  std::string_view name;
  std::string_view kind;  // "argument" or "input field"
};

/// Its type is an input type, its default fits, and it is not both required and deprecated.
void check_input_value(const SchemaContext& context, const InputSite& site);

}  // namespace millrace::graphql
