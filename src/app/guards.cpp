#include "app/guards.hpp"

#include <algorithm>

#include "app/entity_path.hpp"

namespace millrace::app {
namespace {

/// As clients know it.
std::string path_of(const Model& model, std::size_t entity) {
  for (const RestletteModel& restlette : model.restlettes)
    if (restlette.entity == entity) return std::string(without_face(restlette.path));
  for (const GraphletteModel& graphlette : model.graphlettes)
    if (graphlette.entity == entity) return std::string(without_face(graphlette.path));
  return model.entities[entity].name;
}

}  // namespace

Guards::Guards(const Model& model, const Storages& storages) : model_(model), storages_(storages) {
  for (std::size_t i = 0; i < model.entities.size(); ++i) {
    const EntityModel& entity = model.entities[i];
    auto& one = guards_.emplace_back();
    if (!entity.rules && !entity.is_audited) continue;
    one = std::make_unique<One>();
    build(one->own, i, std::nullopt);
    build(one->lifecycle, i, access::Right::lifecycle);
    one->feed.emplace(storages.feed(i), *one->own.store);
    if (entity.rules)
      hide_members_ |= std::ranges::any_of(entity.rules->rules, [](const access::Rule& rule) { return rule.fields.has_value(); });
  }
}

void Guards::build(Face& face, std::size_t entity, std::optional<access::Right> as) const {
  const EntityModel& model = model_.entities[entity];
  face.store = &storages_.store(entity);
  if (model.rules) face.store = &face.guard.emplace(*face.store, *model.rules, as);
  // Records of reads are not recorded when they are read: that would never end.
  if (!model.is_audited || entity == model_.audit) return;
  face.store = &face.audited.emplace(*face.store, storages_.store(*model_.audit), path_of(model_, entity), as ? "lifecycle" : "");
}

document::Store& Guards::store(std::size_t entity) const {
  return guards_[entity] ? *guards_[entity]->own.store : storages_.store(entity);
}

document::Feed& Guards::feed(std::size_t entity) const {
  return guards_[entity] ? *guards_[entity]->feed : storages_.feed(entity);
}

document::Store& Guards::lifecycle(std::size_t entity) const {
  return guards_[entity] ? *guards_[entity]->lifecycle.store : storages_.store(entity);
}

}  // namespace millrace::app
