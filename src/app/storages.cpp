#include "app/storages.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

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

/// All that a store is opened with. A filter with a part in SQL is known to its store by where it is, so that such a store is of one model.
std::string opening_of(const EntityModel& entity, const StorageContext& context, bool has_sql) {
  const StorageConfig& storage = entity.storage;
  if (storage.type == "memory" && !context.embedded_folder) return storage.identity();
  if (has_sql) return {};
  const PostgresConfig& postgres = storage.postgres;
  std::string text = fmt::format("{}\n{}\n{} {}\n", storage.identity(), entity.name, context.writes_max, context.write_wait);
  for (const document::FieldPath& index : entity.indexes) text += index.to_string() + "\n";
  for (const std::string& replica : postgres.replicas) text += replica + "\n";
  fmt::format_to(std::back_inserter(text), "{} {} {} {}\n", postgres.connections, postgres.batch_max, postgres.timeout,
                 postgres.connect_timeout);
  for (const auto& [name, value] : storage.mongo_options) fmt::format_to(std::back_inserter(text), "{}={}\n", name, value);
  return text;
}

}  // namespace

Result<std::unique_ptr<Storages>> Storages::open(const Model& model, const StorageContext& context, const Storages* before) {
  auto storages = std::unique_ptr<Storages>(new Storages());
  const document::Feed::Options feed{.followers_max = model.config.load.followers};
  for (std::size_t i = 0; i < model.entities.size(); ++i) {
    TRY(auto store, storages->open_one(model.entities[i], context, sql_filters_of(model, i), before));
    storages->feeds_.push_back(std::make_unique<document::Feed>(*store, feed));
    storages->stores_.push_back(document::make_feeding(std::move(store), *storages->feeds_.back()));
    if (model.config.observe.traces && context.instruments != nullptr)
      storages->stores_.back() =
          document::make_traced(std::move(storages->stores_.back()), context.instruments->spans, traced_as(model.entities[i], context));
  }
  for (const EntityModel& entity : model.attempts) {
    TRY(auto store, storages->open_one(entity, context, {}, before));
    storages->attempts_.push_back(std::move(store));
  }
  return storages;
}

Result<std::shared_ptr<document::Store>> Storages::open_one(const EntityModel& entity, const StorageContext& context,
                                                            std::vector<const document::Filter*> sql_filters, const Storages* before) {
  Opened opened{.as = opening_of(entity, context, !sql_filters.empty()), .name = entity.name};
  opened.is_in_memory = entity.storage.type == "memory" && !context.embedded_folder;
  if (before != nullptr) opened.store = before->find(opened.as);
  if (!opened.store) {
    TRY(opened.store, open_storage(entity, context, std::move(sql_filters)));
  }
  opened_.push_back(opened);
  return opened.store;
}

std::shared_ptr<document::Store> Storages::find(std::string_view as) const {
  const auto found = std::ranges::find(opened_, as, &Opened::as);
  return as.empty() || found == opened_.end() ? nullptr : found->store;
}

std::vector<std::string> Storages::lost_to(const Storages& others) const {
  std::vector<std::string> lost;
  for (const Opened& one : opened_)
    if (one.is_in_memory && !others.find(one.as)) lost.push_back(one.name);
  return lost;
}

void Storages::end_feeds() {
  for (const auto& feed : feeds_) feed->end();
}

bool Storages::is_idle() const {
  return std::ranges::all_of(feeds_, [](const auto& feed) { return feed->is_idle(); });
}

}  // namespace millrace::app
