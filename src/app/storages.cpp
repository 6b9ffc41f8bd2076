#include "app/storages.hpp"

#include <algorithm>

namespace millrace::app {
namespace {

std::vector<const document::Filter*> sql_filters_of(const Model& model, std::size_t entity) {
  std::vector<const document::Filter*> filters;
  for (const GraphletteModel& graphlette : model.graphlettes)
    for (const QueryModel& query : graphlette.queries)
      if (graphlette.entity == entity && document::has_sql(query.query.filter)) filters.push_back(&query.query.filter);
  for (const GraphletteModel& graphlette : model.graphlettes)
    for (const RelationModel& relation : graphlette.relations)
      if (!relation.remote && model.graphlettes[relation.target].entity == entity && document::has_sql(relation.own.filter))
        filters.push_back(&relation.own.filter);
  return filters;
}

}  // namespace

Result<std::unique_ptr<Storages>> Storages::open(const Model& model, const StorageContext& context) {
  auto storages = std::unique_ptr<Storages>(new Storages());
  const document::Feed::Options feed{.followers_max = model.config.load.followers};
  for (std::size_t i = 0; i < model.entities.size(); ++i) {
    TRY(auto store, open_storage(model.entities[i], context, sql_filters_of(model, i)));
    storages->feeds_.push_back(std::make_unique<document::Feed>(*store, feed));
    storages->stores_.push_back(document::make_feeding(std::move(store), *storages->feeds_.back()));
  }
  for (const EntityModel& entity : model.attempts) {
    TRY(auto store, open_storage(entity, context));
    storages->attempts_.push_back(std::move(store));
  }
  return storages;
}

void Storages::end_feeds() {
  for (const auto& feed : feeds_) feed->end();
}

bool Storages::is_idle() const {
  return std::ranges::all_of(feeds_, [](const auto& feed) { return feed->is_idle(); });
}

}  // namespace millrace::app
