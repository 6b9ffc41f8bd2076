// The rules for request documents. Each stands in the file of its name; here is only how it joins a set.
#pragma once

#include "graphql/validation/rule.hpp"

namespace millrace::graphql::validation {

/// Every rule that the specification has, and graphql-js's bound on introspection, in graphql-js's order.
void add_specified_rules(RuleSet& rules);

void add_executable_definitions(RuleSet& rules);
void add_known_operation_types(RuleSet& rules);
void add_unique_operation_names(RuleSet& rules);
void add_lone_anonymous_operation(RuleSet& rules);
void add_single_field_subscriptions(RuleSet& rules);
void add_known_type_names(RuleSet& rules);
void add_fragments_on_composite_types(RuleSet& rules);
void add_variables_are_input_types(RuleSet& rules);
void add_scalar_leafs(RuleSet& rules);
void add_fields_on_correct_type(RuleSet& rules);
void add_unique_fragment_names(RuleSet& rules);
void add_known_fragment_names(RuleSet& rules);
void add_no_unused_fragments(RuleSet& rules);
void add_possible_fragment_spreads(RuleSet& rules);
void add_no_fragment_cycles(RuleSet& rules);
void add_unique_variable_names(RuleSet& rules);
void add_no_undefined_variables(RuleSet& rules);
void add_no_unused_variables(RuleSet& rules);
void add_known_directives(RuleSet& rules);
void add_unique_directives_per_location(RuleSet& rules);
void add_defer_stream_directive_on_root_field(RuleSet& rules);
void add_defer_stream_directive_on_valid_operations(RuleSet& rules);
void add_defer_stream_directive_label(RuleSet& rules);
void add_stream_directive_on_list_field(RuleSet& rules);
void add_known_argument_names(RuleSet& rules);
void add_unique_argument_names(RuleSet& rules);
void add_values_of_correct_type(RuleSet& rules);
void add_provided_required_arguments(RuleSet& rules);
void add_variables_in_allowed_position(RuleSet& rules);
void add_overlapping_fields_can_be_merged(RuleSet& rules);
void add_unique_input_field_names(RuleSet& rules);
void add_max_introspection_depth(RuleSet& rules);

}  // namespace millrace::graphql::validation
