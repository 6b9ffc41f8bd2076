// What `millrace check` prints.
#pragma once

#include <string>

#include "app/model.hpp"

namespace millrace::app {

/// Every entity with its storage and indexes, REST routes, queries with the filter that each runs, and resolvers with the key that each
/// follows; for a person.
std::string describe(const Model& model);

}  // namespace millrace::app
