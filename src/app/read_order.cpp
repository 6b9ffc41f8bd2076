#include "app/read_order.hpp"

#include <algorithm>

namespace millrace::app {

std::vector<std::size_t> read_order(const Model& model) {
  std::vector<std::size_t> turns(model.entities.size(), 0);
  // The longest way to an entity has no more steps than there are entities; around a circle it would never end.
  for (std::size_t round = 0; round < turns.size(); ++round) {
    for (const GraphletteModel& graphlette : model.graphlettes) {
      for (const RelationModel& relation : graphlette.relations) {
        if (relation.remote) continue;
        const std::size_t target = model.graphlettes[relation.target].entity;
        const bool holds_key = relation.type == graphlette.type->name && relation.keys.front() != "id" && target != graphlette.entity;
        if (holds_key) turns[target] = std::max(turns[target], std::min(turns[graphlette.entity] + 1, turns.size()));
      }
    }
  }
  return turns;
}

}  // namespace millrace::app
