// Relay connection types in an SDL: an object type with `edges` of `node`s, and `pageInfo`.
#pragma once

#include <string>
#include <vector>

#include "base/problem.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::app {

/// The type of the nodes when the type is a connection; else null.
const graphql::Type* node_type(const graphql::Type& type);

/// What a field gives: the nodes' type for a connection, else the type itself.
const graphql::Type& given_type(const graphql::Field& field);

/// Whether a field gives a connection.
bool gives_connection(const graphql::Field& field);

/// Reports fields of the connection, its edges and its page info that nobody fills. `file` names the SDL.
void check_connection(const graphql::Schema& schema, const graphql::Type& connection, const std::string& file,
                      std::vector<Problem>& problems);

}  // namespace millrace::app
