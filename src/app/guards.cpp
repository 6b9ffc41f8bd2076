#include "app/guards.hpp"

#include <algorithm>

namespace millrace::app {

Guards::Guards(const Model& model, const Storages& storages) : storages_(storages) {
  for (std::size_t i = 0; i < model.entities.size(); ++i) {
    const auto& rules = model.entities[i].rules;
    guards_.push_back(rules ? std::make_unique<One>(storages.store(i), storages.feed(i), *rules) : nullptr);
    if (rules) hide_members_ |= std::ranges::any_of(rules->rules, [](const access::Rule& rule) { return rule.fields.has_value(); });
  }
}

document::Store& Guards::store(std::size_t entity) const {
  return guards_[entity] ? guards_[entity]->guard : storages_.store(entity);
}

document::Feed& Guards::feed(std::size_t entity) const {
  return guards_[entity] ? guards_[entity]->feed : storages_.feed(entity);
}

document::Store& Guards::lifecycle(std::size_t entity) const {
  return guards_[entity] ? guards_[entity]->lifecycle : storages_.store(entity);
}

}  // namespace millrace::app
