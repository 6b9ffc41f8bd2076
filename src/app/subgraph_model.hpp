// An endpoint as a subgraph of Apollo Federation: what a gateway is told of it, and which documents it gives by type and id.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graphql/type/schema.hpp"

namespace millrace::app {

/// A type with a key.
struct SubgraphEntity {
  std::string type;
  std::size_t entity = 0;                      // whose documents these are
  std::optional<std::size_t> graphlette = {};  // whose resolvers hold for them beside the endpoint's own
};

struct SubgraphModel {
  std::shared_ptr<const graphql::Schema> schema;  // the endpoint's, with _service and _entities
  std::string sdl;                                // what _service tells: without these, with federation's directives
  std::vector<SubgraphEntity> entities;           // none: there is no _entities
};

}  // namespace millrace::app
