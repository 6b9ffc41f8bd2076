// The service of examples/events without sockets and threads: its stores with a few events in them, and what answers over them.
#pragma once

#include <fmt/format.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/model.hpp"
#include "federation/resolvers.hpp"
#include "federation/store_snapshot.hpp"
#include "graph/endpoint.hpp"
#include "graphql/execution/engine.hpp"
#include "http/cors.hpp"
#include "http/router.hpp"
#include "io/loop.hpp"
#include "rest/resource.hpp"
#include "store/memory/memory_store.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_folder_test.hpp"

namespace millrace::bench {

inline constexpr int kEvents = 20;  // of either entity, all of one name
inline constexpr std::size_t kRaw = 0;
inline constexpr std::size_t kProcessed = 1;

/// What a create sends, some 250 bytes.
inline constexpr std::string_view kRawEvent =
    R"({"name":"user_login","data":{"user_id":"user123","username":"john_doe","ip_address":"192.168.1.100"},)"
    R"("timestamp":"2024-01-01T12:00:00Z","source":"auth_service","version":"1.0","metadata":{"region":"eu-west-1","attempt":1}})";

inline std::string event_id(int number) {
  return fmt::format("0190c6f3-0000-7000-8000-{:012}", number);
}
inline std::string processed_event(int number) {
  return fmt::format(
      R"({{"raw_event_id":"{}","name":"user_login","processed_data":{{"user_id":"user123","login_country":"US","risk_score":0.1}},)"
      R"("processed_timestamp":"2024-01-01T12:00:01Z","status":"SUCCESS","processing_time_ms":45.2}})",
      event_id(number));
}

class Example {
 public:
  enum class Storage : std::uint8_t { memory, sqlite };
  enum class Metrics : std::uint8_t { kept, none };

  explicit Example(Storage storage, Metrics metrics = Metrics::kept) : has_metrics_(metrics == Metrics::kept), model_(load()) {
    open_all(storage);
    fill();
    if (storage == Storage::sqlite)
      open_all(storage);  // what was written is in the files then: how reads find it does not depend on the time
    for (std::size_t i = 0; i < model_.graphlettes.size(); ++i) bindings_.emplace_back();
    for (std::size_t i = 0; i < model_.graphlettes.size(); ++i) bind(i);
    for (std::size_t i = 0; i < model_.graphlettes.size(); ++i) mount_graphlette(i);
    for (const app::RestletteModel& restlette : model_.restlettes) mount_restlette(restlette);
  }

  const app::Model& model() const { return model_; }
  document::Store& store(std::size_t entity) { return *stores_[entity]; }
  graphql::Engine& engine(std::size_t graphlette) { return *engines_[graphlette]; }
  http::Handler& handler() { return cors_; }
  http::Traffic& traffic() { return traffic_; }

 private:
  static app::Model load() {
    auto config = app::read_config(MILLRACE_SOURCE_DIR "/examples/events/config/config.conf");
    CHECK(config.has_value());
    auto model = app::derive_model(*std::move(config), 4055);
    CHECK(model.has_value());
    return *std::move(model);
  }

  void open_all(Storage storage) {
    stores_.clear();
    for (const app::EntityModel& entity : model_.entities) stores_.push_back(open(entity, storage));
  }
  std::unique_ptr<document::Store> open(const app::EntityModel& entity, Storage storage) {
    if (storage == Storage::memory) return store::memory::make_store({.measures = measures(entity, "memory")});
    auto store = store::sqlite::open_store({.file = folder_ / (entity.storage.collection + ".sqlite"),
                                            .collection = entity.storage.collection,
                                            .indexes = entity.indexes,
                                            .measures = measures(entity, "sqlite")});
    CHECK(store.has_value());
    return *std::move(store);
  }

  document::Measures measures(const app::EntityModel& entity, std::string_view type) {
    return has_metrics_ ? document::Measures::of(instruments_.metrics, entity.name, type) : document::Measures{};
  }

  void fill() {
    for (int number = 0; number < kEvents; ++number) {
      put(kRaw, event_id(number), std::string(kRawEvent));
      put(kProcessed, event_id(kEvents + number), processed_event(number));
    }
  }
  void put(std::size_t entity, std::string id, std::string payload) {
    io::Loop loop;
    std::vector<document::Append> appends;
    appends.push_back({.id = std::move(id), .payload = std::move(payload)});
    CHECK(loop.block_on(stores_[entity]->append(std::move(appends))).has_value());
  }

  void bind(std::size_t graphlette) {
    app::GraphletteModel& from = model_.graphlettes[graphlette];
    for (app::QueryModel& model : from.queries) {
      model.query.store = stores_[from.entity].get();
      resolvers_.push_back(std::make_unique<federation::QueryResolver>(model.query));
      bindings_[graphlette].bind("Query", model.query.name, *resolvers_.back());
    }
    for (app::RelationModel& relation : from.relations) {
      relation.own.store = stores_[model_.graphlettes[relation.target].entity].get();
      federation::RelationResolver::Options options{&relation.own, &bindings_[relation.target], {}, relation.parameter, relation.is_list};
      for (const std::string& key : relation.keys) options.keys.push_back(fmt::format("\"{}\"", key));
      resolvers_.push_back(std::make_unique<federation::RelationResolver>(std::move(options)));
      bindings_[graphlette].bind(relation.type, relation.field, *resolvers_.back());
    }
  }

  void mount_graphlette(std::size_t graphlette) {
    const app::GraphletteModel& model = model_.graphlettes[graphlette];
    graphql::EngineOptions options{.make_snapshot = [] { return std::make_unique<federation::StoreSnapshot>(); },
                                   .inherited_arguments = {"at"}};
    if (has_metrics_) options.counts = std::make_shared<graphql::OperationCounts>(instruments_.metrics, model.path);
    engines_.push_back(std::make_unique<graphql::Engine>(model.schema, bindings_[graphlette], std::move(options)));
    mount(model.path, std::make_unique<graph::Endpoint>(*engines_.back()));
  }
  void mount_restlette(const app::RestletteModel& model) {
    rest::ResourceOptions options{.path = model.path, .store = stores_[model.entity].get(), .schema = model.schema.get()};
    options.creation = model.creation;
    options.traffic = &traffic_;
    mount(model.path, std::make_unique<rest::Resource>(std::move(options)));
  }
  void mount(std::string_view path, std::unique_ptr<http::Handler> handler) {
    CHECK(router_.mount(path, *handler).has_value());
    handlers_.push_back(std::move(handler));
  }

  const bool has_metrics_;
  observe::Instruments instruments_;
  http::Traffic traffic_{instruments_};
  app::Model model_;
  store::sqlite::TemporaryFolder folder_;
  std::vector<std::unique_ptr<document::Store>> stores_;  // by entity
  std::deque<graphql::Bindings> bindings_;                // by graphlette
  std::vector<std::unique_ptr<graphql::Resolver>> resolvers_;
  std::vector<std::unique_ptr<graphql::Engine>> engines_;
  std::vector<std::unique_ptr<http::Handler>> handlers_;
  http::Router router_{&traffic_};
  http::Cors cors_{router_};
};

}  // namespace millrace::bench
