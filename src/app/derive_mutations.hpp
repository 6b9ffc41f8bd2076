// From Mutation fields to what they write, by convention as queries are derived:
//
//   createHen(input: HenInput!): Hen       createHen(name: String!, coop_id: ID): Hen       createHens(inputs: [HenInput!]!): [Hen!]!
//   updateHen(id: ID!, input: HenChanges!, expectedVersion: Int): Hen                       deleteHen(id: ID!, expectedVersion: Int): Hen
//
// The entity's name may be left out (create, createMany, update, delete); what is given back may be the entity, its ID, or Boolean.
#pragma once

#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// Adds the mutations of every graphlette, and the JSON Schema that they keep to. Requires: all else is derived.
void derive_mutations(Model& model, std::vector<Problem>& problems);

}  // namespace millrace::app
