#include "graphql/type/sdl/sdl_rules.hpp"

namespace millrace::graphql {

void check_sdl(const SdlContext& context) {
  for (auto rule : {check_type_system_only, check_lone_schema_definition, check_unique_operation_types, check_unique_type_names,
                    check_unique_enum_value_names, check_unique_field_definition_names, check_unique_argument_definition_names,
                    check_unique_directive_names, check_known_type_names, check_known_directives, check_unique_directives_per_location,
                    check_possible_type_extensions, check_known_argument_names_on_directives, check_unique_argument_names,
                    check_unique_input_field_names, check_provided_required_arguments_on_directives})
    rule(context);
}

}  // namespace millrace::graphql
