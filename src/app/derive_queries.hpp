// From Query fields to filters: templates where the config gives one, else derived from the field's name and arguments (specification,
// section 2, "Derived queries").
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/model.hpp"

namespace millrace::app {

/// The object type that the Query fields return, or the nodes of the connections that they return; a problem when they disagree. Null (with
/// a problem) when there is none.
const graphql::Type* entity_type(const graphql::Schema& schema, const GraphletteConfig& config, const std::string& file,
                                 std::vector<Problem>& problems);

/// A query for every field of the Query type. `file` names the SDL in problems.
std::deque<QueryModel> derive_queries(const graphql::Schema& schema, const graphql::Type& entity, const GraphletteConfig& config,
                                      const std::string& file, std::vector<Problem>& problems);

}  // namespace millrace::app
