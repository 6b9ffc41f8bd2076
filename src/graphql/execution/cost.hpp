// What a request is expected to cost before it runs: fields that are written, those below a list once for each of its rows.
//
// A list holds as many rows as its argument `limit`, `first` or `last` says (the least constant, else a variable), or its argument
// `representations` has (one of those that ask for what they bring a list of), else
// PlanInput::list_rows. The list inside of a Relay connection (a type with pageInfo and edges) has been counted at the connection, which
// takes the arguments; without them it has 100 rows.
#pragma once

#include "graphql/execution/plan.hpp"

namespace millrace::graphql {

/// Sets `rows` and `rows_argument` of a field whose arguments are planned. Requires: that those stay where they are.
void estimate_rows(PlannedField& field, double list_rows);

/// The cost of every request that runs the plan; nothing when it depends on variables. Requires: that all else of the plan is made.
std::optional<double> constant_cost(const Plan& plan);

/// The cost of a request with these variables; counting ends at 1e18.
double cost_of(const Plan& plan, const Variables& variables);

}  // namespace millrace::graphql
