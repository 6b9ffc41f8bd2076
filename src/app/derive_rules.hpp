// Rules: which entity each list is of.
#pragma once

#include <string>
#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// Requires: restlettes are derived.
void derive_rules(Model& model, std::vector<Problem>& problems);

/// A rule as a person reads it: `analyst, author may read, feed where payload.source == ${claims.team}; fields id, name`.
std::string to_string(const access::Rule& rule);

}  // namespace millrace::app
