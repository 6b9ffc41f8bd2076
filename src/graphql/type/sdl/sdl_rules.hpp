// The rules that an SDL document must keep before a schema can be made of it: graphql-js's SDL validation rules, each in the file that
// is named after it. Each reports every place where it is broken.
#pragma once

#include "graphql/type/definitions.hpp"
#include "graphql/type/sdl/sdl_parts.hpp"
#include "graphql/type/sdl_report.hpp"

namespace millrace::graphql {

struct SdlContext {
  const Document& document;
  const Definitions& definitions;
  const SdlParts& parts;
  SdlReport& report;
};

/// All of them.
void check_sdl(const SdlContext& context);

void check_lone_schema_definition(const SdlContext& context);
void check_unique_operation_types(const SdlContext& context);
void check_unique_type_names(const SdlContext& context);
void check_unique_enum_value_names(const SdlContext& context);
void check_unique_field_definition_names(const SdlContext& context);
void check_unique_argument_definition_names(const SdlContext& context);
void check_unique_directive_names(const SdlContext& context);
void check_known_type_names(const SdlContext& context);
void check_known_directives(const SdlContext& context);
void check_unique_directives_per_location(const SdlContext& context);
void check_possible_type_extensions(const SdlContext& context);
void check_known_argument_names_on_directives(const SdlContext& context);
void check_unique_argument_names(const SdlContext& context);
void check_unique_input_field_names(const SdlContext& context);
void check_provided_required_arguments_on_directives(const SdlContext& context);
void check_type_system_only(const SdlContext& context);

}  // namespace millrace::graphql
