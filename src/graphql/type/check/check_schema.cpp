#include "graphql/type/check/schema_checks.hpp"

namespace millrace::graphql {

void check_schema(const SchemaContext& context) {
  for (auto check : {check_root_types, check_names, check_directive_definitions, check_directive_values, check_fields, check_interfaces,
                     check_union_members, check_enum_values, check_input_fields, check_finite_inputs, check_default_cycles})
    check(context);
}

}  // namespace millrace::graphql
