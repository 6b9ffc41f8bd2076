#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {

void add_specified_rules(RuleSet& rules) {
  add_executable_definitions(rules);
  add_known_operation_types(rules);
  add_unique_operation_names(rules);
  add_lone_anonymous_operation(rules);
  add_single_field_subscriptions(rules);
  add_known_type_names(rules);
  add_fragments_on_composite_types(rules);
  add_variables_are_input_types(rules);
  add_scalar_leafs(rules);
  add_fields_on_correct_type(rules);
  add_unique_fragment_names(rules);
  add_known_fragment_names(rules);
  add_no_unused_fragments(rules);
  add_possible_fragment_spreads(rules);
  add_no_fragment_cycles(rules);
  add_unique_variable_names(rules);
  add_no_undefined_variables(rules);
  add_no_unused_variables(rules);
  add_known_directives(rules);
  add_unique_directives_per_location(rules);
  add_defer_stream_directive_on_root_field(rules);
  add_defer_stream_directive_on_valid_operations(rules);
  add_defer_stream_directive_label(rules);
  add_stream_directive_on_list_field(rules);
  add_known_argument_names(rules);
  add_unique_argument_names(rules);
  add_values_of_correct_type(rules);
  add_provided_required_arguments(rules);
  add_variables_in_allowed_position(rules);
  add_overlapping_fields_can_be_merged(rules);
  add_unique_input_field_names(rules);
  add_max_introspection_depth(rules);
}

}  // namespace millrace::graphql::validation
