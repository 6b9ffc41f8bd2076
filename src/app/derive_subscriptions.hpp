// From Subscription fields to what they give, by convention as queries are derived:
//
//   created(name: String, eggs_gte: Int): Hen      updated(...): Hen      changed(...): Hen      deleted(id: ID): ID
//
// or with the entity's name before it: henCreated. Arguments are conditions as those of queries are, `where` and, where to begin, `after`.
#pragma once

#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// Adds the subscriptions of every graphlette. Requires: its type is known.
void derive_subscriptions(Model& model, std::vector<Problem>& problems);

}  // namespace millrace::app
