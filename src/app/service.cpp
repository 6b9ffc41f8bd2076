#include "app/service.hpp"

#include <unistd.h>

#include <algorithm>
#include <deque>
#include <map>
#include <thread>

#include "app/address.hpp"
#include "app/connection_type.hpp"
#include "app/console.hpp"
#include "app/member_types.hpp"
#include "app/processor_pages.hpp"
#include "app/processors.hpp"
#include "app/sinks.hpp"
#include "app/sinks_page.hpp"
#include "app/start_page.hpp"
#include "app/status_pages.hpp"
#include "app/storage.hpp"
#include "app/subgraph_model.hpp"
#include "app/unified_model.hpp"
#include "base/json/canonical.hpp"
#include "document/feed.hpp"
#include "federation/connection.hpp"
#include "federation/entity_mutation.hpp"
#include "federation/remote/resolver.hpp"
#include "federation/resolvers.hpp"
#include "federation/store_snapshot.hpp"
#include "federation/subgraph.hpp"
#include "graph/endpoint.hpp"
#include "graphql/execution/engine.hpp"
#include "http/cors.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "io/file_limit.hpp"
#include "io/loop.hpp"
#include "io/worker_pool.hpp"
#include "pages/page.hpp"
#include "processing/lifecycle_resolver.hpp"
#include "rest/openapi.hpp"
#include "rest/resource.hpp"

namespace millrace::app {
namespace {

/// One thread that serves: a loop and its listener.
struct Lane {
  io::Loop loop;
  std::unique_ptr<http::Server> server;
  std::thread thread;
};

using Engines = std::vector<std::unique_ptr<graphql::Engine>>;
using Feeds = std::vector<std::unique_ptr<document::Feed>>;

/// What may still wait for a store though nobody waits for it: requests that were answered when their time was up, reads for followers.
struct Background {
  const Engines& engines;
  const Feeds& feeds;

  bool is_idle() const {
    return std::ranges::all_of(engines, [](const auto& engine) { return engine->running() == 0; }) &&
           std::ranges::all_of(feeds, [](const auto& feed) { return feed->is_idle(); });
  }
};

bool has_ended(const Lane& lane, Background background) {
  return lane.server->open_connections() == 0 && background.is_idle();
}

/// Checks until every request of the lane has ended or the time is up, then stops the loop. On the lane's thread.
void drain(Lane& lane, Background background, std::chrono::steady_clock::time_point deadline) {
  if (has_ended(lane, background) || std::chrono::steady_clock::now() >= deadline) return lane.loop.stop();
  lane.loop.after(std::chrono::milliseconds(20), [&lane, background, deadline] { drain(lane, background, deadline); });
}

graphql::EngineOptions engine_options(const GraphqlLimitsConfig& limits) {
  graphql::EngineOptions options;
  options.query_bytes_max = limits.bytes;
  options.parse.tokens_max = limits.tokens;
  options.validation.depth_max = limits.depth;
  options.validation.aliases_max = limits.aliases;
  options.validation.fields_max = limits.fields;
  options.plan_work_max = 4 * limits.fields;
  options.cost_max = static_cast<double>(limits.cost);
  options.list_rows = static_cast<double>(limits.list_rows);
  options.timeout = limits.time;
  options.after = [](std::chrono::milliseconds delay, std::move_only_function<void()> work) {
    io::Loop::current()->after(delay, std::move(work));
  };
  options.cache_bytes_max = limits.cache_bytes;
  options.make_snapshot = [] { return std::make_unique<federation::StoreSnapshot>(); };
  options.inherited_arguments = {"at"};
  return options;
}

/// The path of a URL, from its slash on; empty when it has none.
std::string_view path_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t slash = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  return slash == std::string_view::npos ? std::string_view() : url.substr(slash);
}

}  // namespace

struct Service::State {
  Model model;
  ServiceOptions options;
  io::WorkerPool workers;
  Feeds feeds;  // by entity, as the stores
  std::vector<std::unique_ptr<document::Store>> stores;
  std::vector<std::unique_ptr<document::Store>> attempts;                // as Model::attempts
  std::vector<std::unique_ptr<const processing::Lifecycle>> lifecycles;  // by entity
  std::deque<graphql::Bindings> bindings;                                // by graphlette
  graphql::Bindings unified_bindings;
  std::map<std::pair<std::string, RemoteConfig>, std::shared_ptr<federation::RemoteTarget>> targets;
  std::vector<std::unique_ptr<graphql::Resolver>> resolvers;
  std::vector<std::unique_ptr<graphql::Source>> sources;
  graphql::GroupResolver groups;
  federation::NodesResolver nodes;
  federation::CountResolver counts;
  std::optional<Processors> processors;
  std::vector<std::unique_ptr<graphql::Engine>> engines;
  std::vector<std::unique_ptr<http::Handler>> handlers;
  http::Router router;
  http::Cors cors{router};  // in front of everything
  std::vector<std::unique_ptr<Lane>> lanes;
  std::unique_ptr<Sinks> sinks;  // null: there are none

  State(Model model_in, ServiceOptions options_in)
      : model(std::move(model_in)), options(std::move(options_in)), workers({.queue_max = model.config.load.scans}) {}

  Result<> open_stores() {
    StorageContext context{&workers,    options.embedded_folder,  std::filesystem::absolute(model.config.file).parent_path(),
                           options.log, model.config.load.writes, model.config.load.write_wait};
    for (std::size_t i = 0; i < model.entities.size(); ++i) {
      TRY(auto store, open_storage(model.entities[i], context, sql_filters_of(i)));
      feeds.push_back(std::make_unique<document::Feed>(*store, document::Feed::Options{.followers_max = model.config.load.followers}));
      stores.push_back(document::make_feeding(std::move(store), *feeds.back()));
    }
    for (const EntityModel& entity : model.attempts) {
      TRY(auto store, open_storage(entity, context));
      attempts.push_back(std::move(store));
    }
    return {};
  }

  void make_processors() {
    std::vector<ProcessorParts> parts;
    for (const ProcessorModel& one : model.processors) parts.push_back({one, *feeds[one.from], *stores[one.to], *attempts[one.attempts]});
    processors.emplace(std::move(parts));
    for (std::size_t i = 0; i < model.entities.size(); ++i)
      lifecycles.push_back(std::make_unique<processing::Lifecycle>(*stores[i], results_of(i)));
  }

  /// Where what became of an entity's documents is: the results of processors, and whatever else refers to them.
  std::vector<processing::ResultsPlace> results_of(std::size_t entity) const {
    std::vector<processing::ResultsPlace> places;
    for (const ProcessorModel& one : model.processors) {
      if (one.from != entity) continue;
      document::Store& results = *stores[one.to];
      auto& place = places.emplace_back(processing::ResultsPlace{
          .processor = one.config.name, .results = &results, .attempts = attempts[one.attempts].get(), .ledger = &results.ledger()});
      place.partitions = one.config.partitions;
      if (one.config.deadline.count() > 0) place.deadline = one.config.deadline;
    }
    for (const ReferenceModel& reference : model.references)
      if (reference.to == entity)
        places.push_back({.results = stores[reference.from].get(),
                          .by_event = document::Filter::compare(member_path(reference.key), document::Comparison::equal,
                                                                document::Operand::argument(0))});
    return places;
  }

  std::vector<const document::Filter*> sql_filters_of(std::size_t entity) const {
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

  void bind_graphlettes() {
    for (std::size_t i = 0; i < model.graphlettes.size(); ++i) bindings.emplace_back();
    for (std::size_t i = 0; i < model.graphlettes.size(); ++i) {
      bind_roots(bindings[i], model.graphlettes[i]);
      bind_subscriptions(bindings[i], model.graphlettes[i]);
      for (RelationModel& relation : model.graphlettes[i].relations)
        relation.remote ? bind_remote(bindings[i], relation) : bind_relation(bindings[i], relation);
      bind_connections(bindings[i], *model.graphlettes[i].schema);
      if (model.graphlettes[i].subgraph) bind_subgraph(bindings[i], *model.graphlettes[i].subgraph);
    }
  }

  /// The unified schema's fields are answered by the resolvers that the graphlettes have.
  void bind_unified() {
    if (model.unified == nullptr) return;
    UnifiedModel& unified = *model.unified;
    for (const UnifiedMember& member : unified.members) {
      unified_bindings.bind("Query", member.field, groups);
      if (!member.mutation_type.empty()) unified_bindings.bind("Mutation", member.field, groups);
    }
    for (const UnifiedMember& member : unified.members)
      for (const SubscriptionModel& one : model.graphlettes[member.graphlette].subscriptions)
        unified_bindings.bind_source(member.subscription_type, one.subscription.query.name, source_of(member.graphlette, one));
    for (const UnifiedField& field : unified.fields)
      unified_bindings.bind(field.type, field.field, *bindings[field.graphlette].find(field.own_type, field.field));
    for (ReverseModel& reverse : unified.reverses)
      if (!reverse.is_hidden) bind_relation(unified_bindings, reverse.relation);
    for (const LifecycleFieldModel& field : unified.lifecycles)
      unified_bindings.bind(field.type, "lifecycle", add_resolver<processing::LifecycleResolver>(*lifecycles[field.entity]));
    bind_connections(unified_bindings, *unified.schema);
    if (unified.subgraph) bind_subgraph(unified_bindings, *unified.subgraph);
  }

  void bind_subgraph(graphql::Bindings& own, const SubgraphModel& subgraph) {
    const std::string& query = subgraph.schema->query()->name;
    own.bind(query, "_service", add_resolver<federation::ServiceResolver>(subgraph.sdl));
    federation::EntitiesResolver::Options entities{.bytes_max = model.config.list_bytes_max};
    for (const SubgraphEntity& entity : subgraph.entities)
      entities.types.push_back({entity.type, stores[entity.entity].get(), entity.graphlette ? &bindings[*entity.graphlette] : nullptr});
    if (!entities.types.empty()) own.bind(query, "_entities", add_resolver<federation::EntitiesResolver>(std::move(entities)));
  }

  template <class T, class Of>
  graphql::Resolver& add_resolver(Of&& of) {
    resolvers.push_back(std::make_unique<T>(std::forward<Of>(of)));
    return *resolvers.back();
  }

  void bind_roots(graphql::Bindings& own, GraphletteModel& graphlette) {
    for (QueryModel& query : graphlette.queries) {
      query.query.store = stores[graphlette.entity].get();
      query.query.bytes_max = model.config.list_bytes_max;
      counts.add(query.query);
      own.bind(graphlette.schema->query()->name, query.query.name, add_resolver<federation::QueryResolver>(query.query));
    }
    for (MutationModel& model_of : graphlette.mutations) {
      federation::EntityMutation& mutation = model_of.mutation;
      mutation.store = stores[graphlette.entity].get();
      mutation.document_bytes_max = model.config.body_bytes_max;
      own.bind(graphlette.schema->mutation()->name, mutation.name, add_resolver<federation::MutationResolver>(mutation));
    }
  }

  graphql::Source& source_of(std::size_t graphlette, const SubscriptionModel& subscription) {
    const graphql::Type& root = *model.graphlettes[graphlette].schema->subscription();
    return *bindings[graphlette].find_source(root.name, subscription.subscription.query.name);
  }

  void bind_subscriptions(graphql::Bindings& own, GraphletteModel& graphlette) {
    for (SubscriptionModel& model_of : graphlette.subscriptions) {
      federation::EntitySubscription& subscription = model_of.subscription;
      subscription.feed = feeds[graphlette.entity].get();
      subscription.heartbeat = model.config.load.heartbeat;
      sources.push_back(std::make_unique<federation::SubscriptionSource>(subscription));
      own.bind_source(graphlette.schema->subscription()->name, subscription.query.name, *sources.back());
    }
  }

  void bind_relation(graphql::Bindings& own, RelationModel& relation) {
    relation.own.store = stores[model.graphlettes[relation.target].entity].get();
    relation.own.bytes_max = model.config.list_bytes_max;
    counts.add(relation.own);
    federation::RelationResolver::Options resolver;
    resolver.query = &relation.own;
    resolver.target = &bindings[relation.target];
    for (const std::string& key : relation.keys) resolver.keys.push_back(json::quoted(key));
    resolver.parameter = relation.parameter;
    resolver.is_list = relation.is_list;
    own.bind(relation.type, relation.field, add_resolver<federation::RelationResolver>(std::move(resolver)));
  }

  void bind_remote(graphql::Bindings& own, const RelationModel& relation) {
    federation::RemoteResolver::Options resolver;
    resolver.target = target_of(*relation.remote);
    resolver.query = {relation.query, relation.remote->config.argument};
    for (const std::string& key : relation.keys) resolver.keys.push_back(json::quoted(key));
    resolver.is_list = relation.is_list;
    resolver.passes_at = relation.remote->config.passes_at;
    own.bind(relation.type, relation.field, add_resolver<federation::RemoteResolver>(std::move(resolver)));
  }

  /// Resolvers that ask one server in one way share its connections and what is known of it.
  std::shared_ptr<federation::RemoteTarget> target_of(const RemoteModel& remote) {
    auto& target = targets[{remote.url, remote.config}];
    if (target) return target;
    const RemoteConfig& config = remote.config;
    federation::TargetOptions of{.url = remote.url, .split = remote.split};
    of.connect_timeout = config.connect_timeout;
    of.timeout = config.timeout;
    of.retries = config.retries;
    of.backoff = config.backoff;
    of.connections_max = config.connections;
    of.answer_bytes_max = config.answer_bytes_max;
    of.breaker = {config.breaker_failures, config.breaker_pause};
    of.hops_max = static_cast<std::uint32_t>(model.config.graphql.hops);
    return target = std::make_shared<federation::RemoteTarget>(std::move(of));
  }

  void bind_connections(graphql::Bindings& own, const graphql::Schema& schema) {
    for (const graphql::Type& type : schema.types()) {
      if (node_type(type) == nullptr) continue;
      own.bind(type.name, "nodes", nodes);
      own.bind(type.name, "totalCount", counts);
    }
  }

  Result<> mount_graphlettes() {
    for (std::size_t i = 0; i < model.graphlettes.size(); ++i)
      TRY_OK(mount_endpoint(model.graphlettes[i].path, served_schema(model.graphlettes[i]), bindings[i], graphiql_settings(model, i)));
    if (model.unified == nullptr) return {};
    return mount_endpoint(model.unified->path, served_schema(*model.unified), unified_bindings, unified_graphiql_settings(model));
  }

  static const std::shared_ptr<const graphql::Schema>& served_schema(const auto& endpoint) {
    return endpoint.subgraph ? endpoint.subgraph->schema : endpoint.schema;
  }

  Result<> mount_endpoint(const std::string& path, const std::shared_ptr<const graphql::Schema>& schema, const graphql::Bindings& own,
                          std::string settings) {
    engines.push_back(std::make_unique<graphql::Engine>(schema, own, engine_options(model.config.graphql)));
    graph::EndpointOptions endpoint;
    endpoint.batch_max = model.config.batch_max;
    endpoint.session.heartbeat = model.config.load.heartbeat;
    endpoint.session.init_timeout = model.config.load.header_timeout;
    endpoint.page = &add_handler<pages::Page>("graphiql", "GraphiQL " + path, std::move(settings));
    return router.mount(path, add_handler<graph::Endpoint>(*engines.back(), endpoint), http::Router::Scope::exact);
  }

  /// Scheme, host and port of the config's url, unless it is one of this machine: then what clients call it by is closer to the truth, the
  /// port above all.
  std::string public_url() const {
    const std::string& url = model.config.url;
    return is_loopback(url) ? std::string() : url.substr(0, url.size() - path_of(url).size());
  }

  Result<> mount_restlettes() {
    for (const RestletteModel& restlette : model.restlettes) {
      rest::ResourceOptions resource;
      resource.path = restlette.path;
      resource.store = stores[restlette.entity].get();
      resource.feed = feeds[restlette.entity].get();
      resource.heartbeat = model.config.load.heartbeat;
      resource.lifecycle = lifecycles[restlette.entity].get();
      resource.schema = restlette.schema.get();
      resource.public_url = public_url();
      resource.public_path = path_of(model.config.url);
      resource.document_bytes_max = model.config.body_bytes_max;
      resource.immutable = restlette.behaviour.immutable;
      resource.redirects_creator = restlette.behaviour.redirects_creator;
      resource.creation = restlette.creation;
      resource.list_bytes_max = model.config.list_bytes_max;
      resource.bulk_bytes_max = model.config.bulk_bytes_max;
      resource.spool = {.folder = spool_folder(), .bytes_max = model.config.spool_bytes_max};
      resource.workers = &workers;
      resource.result_targets = result_targets();
      handlers.push_back(std::make_unique<rest::OpenApiPage>(resource));
      for (std::string_view page : {"/swagger.json", "/openapi.json"})
        TRY_OK(router.mount(docs_path(restlette.path) + std::string(page), *handlers.back(), http::Router::Scope::exact));
      handlers.push_back(std::make_unique<rest::Resource>(std::move(resource)));
      TRY_OK(router.mount(restlette.path, *handlers.back()));
    }
    return {};
  }

  /// Where consumers' results may go.
  std::vector<consumers::Target> result_targets() const {
    std::vector<consumers::Target> all;
    for (const RestletteModel& restlette : model.restlettes) {
      const rest::Fields fields = rest::read_fields(restlette.schema ? restlette.schema->text() : std::string());
      all.push_back({.path = restlette.path,
                     .store = stores[restlette.entity].get(),
                     .schema = restlette.schema.get(),
                     .takes_raw_event_id = fields.all.empty() || fields.find("raw_event_id") != nullptr});
    }
    return all;
  }

  template <class Handler, class... Arguments>
  Handler& add_handler(Arguments&&... arguments) {
    auto handler = std::make_unique<Handler>(std::forward<Arguments>(arguments)...);
    Handler& added = *handler;
    handlers.push_back(std::move(handler));
    return added;
  }

  Result<> mount_pages() {
    TRY_OK(router.mount(pages::kFilesPath, add_handler<pages::FileHandler>()));
    for (const RestletteModel& restlette : model.restlettes) {
      auto& page = add_handler<pages::Page>("swagger", "API of " + restlette.path);
      TRY_OK(router.mount(docs_path(restlette.path), page, http::Router::Scope::exact));
    }
    if (has_processor_pages(model)) {
      auto& page = add_handler<ProcessorPages>(*processors, model.config.load.heartbeat);
      TRY_OK(router.mount(kProcessorsPath, page));
    }
    if (has_console(model)) {
      auto& console = add_handler<pages::Page>("console", "Millrace console", console_settings(model));
      TRY_OK(router.mount(kConsolePath, console, http::Router::Scope::exact));
    }
    return router.mount("/", add_handler<StartPage>(model), http::Router::Scope::exact);
  }

  /// Beside the storage, where there is space for data; among the system's temporary files where the config's folder is only to be read, as
  /// one that is mounted into a container may be.
  std::filesystem::path spool_folder() const {
    if (!model.config.spool_folder.empty()) return model.config.spool_folder;
    if (options.embedded_folder) return *options.embedded_folder;
    const std::filesystem::path beside = std::filesystem::absolute(model.config.file).parent_path();
    const bool may_write = ::access((beside / ".millrace").c_str(), W_OK) == 0 || ::access(beside.c_str(), W_OK) == 0;
    std::error_code ignored;
    return may_write ? beside / ".millrace" : std::filesystem::temp_directory_path(ignored);
  }

  Result<> mount_status_pages() {
    handlers.push_back(std::make_unique<HealthPage>());
    TRY_OK(router.mount("/health", *handlers.back(), http::Router::Scope::exact));
    std::vector<ReadyPage::Storage> storages;
    for (std::size_t i = 0; i < stores.size(); ++i) storages.push_back({model.entities[i].name, stores[i].get()});
    handlers.push_back(std::make_unique<ReadyPage>(std::move(storages)));
    return router.mount("/ready", *handlers.back(), http::Router::Scope::exact);
  }

  /// Unless something else is served there, which it may be where there are no sinks.
  Result<> mount_sinks() {
    if (router.find(kSinksPath) != nullptr && model.sinks.empty()) return {};
    std::vector<SinksPage::Row> rows;
    for (const SinkModel& sink : model.sinks) rows.push_back({&sink, stores[sink.entity].get()});
    return router.mount(kSinksPath, add_handler<SinksPage>(std::move(rows), sinks));
  }

  /// Before anything listens: pages look at them.
  void start_sinks() {
    std::vector<Sinks::Part> parts;
    for (const SinkModel& sink : model.sinks) parts.push_back({&sink, feeds[sink.entity].get()});
    if (!parts.empty()) sinks = std::make_unique<Sinks>(std::move(parts), model.config.file, options.log);
  }

  Result<> listen() {
    http::ServerOptions server;
    server.host = model.config.host;
    server.port = options.port;
    server.body_bytes_max = model.config.body_bytes_max;
    const LoadConfig& load = model.config.load;
    server.header_bytes_max = load.header_bytes;
    server.headers_max = load.headers;
    server.headers = http::kCorsHeaders;
    server.header_timeout = load.header_timeout;
    server.body_timeout = load.body_timeout;
    server.idle_timeout = load.idle_timeout;
    server.write_timeout = load.write_timeout;
    server.load = std::make_shared<http::Load>(
        http::Load::Limits{.connections_max = load.connections, .requests_max = load.requests, .body_bytes_max = load.bodies});
    const std::size_t count = options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i) {
      auto& lane = *lanes.emplace_back(std::make_unique<Lane>());
      TRY(lane.server, http::Server::listen(lane.loop, cors, server, i > 0));
      server.port = lane.server->port();
    }
    for (auto& lane : lanes) lane->thread = std::thread([&loop = lane->loop] { loop.run(); });
    return {};
  }

  void join() {
    for (auto& lane : lanes)
      if (lane->thread.joinable()) lane->thread.join();
  }
};

Service::Service(std::unique_ptr<State> state) : state_(std::move(state)) {}

Service::~Service() {
  state_->sinks.reset();
  for (auto& lane : state_->lanes) lane->loop.stop();
  state_->join();
  state_->processors.reset();
  // Connections end before loops, with which ends what still waits for other servers; then the handlers that they call, and last stores.
  for (auto& lane : state_->lanes) lane->server.reset();
  state_->lanes.clear();
  state_->handlers.clear();
}

Result<std::unique_ptr<Service>> Service::start(Model model, ServiceOptions options) {
  io::raise_file_limit();
  auto state = std::make_unique<State>(std::move(model), std::move(options));
  TRY_OK(state->open_stores());
  state->make_processors();
  state->bind_graphlettes();
  state->bind_unified();
  TRY_OK(state->mount_graphlettes());
  TRY_OK(state->mount_restlettes());
  TRY_OK(state->mount_status_pages());
  TRY_OK(state->mount_sinks());
  TRY_OK(state->mount_pages());
  state->start_sinks();
  TRY_OK(state->listen());
  state->processors->start();
  return std::unique_ptr<Service>(new Service(std::move(state)));
}

std::uint16_t Service::port() const {
  return state_->lanes.front()->server->port();
}
const Model& Service::model() const {
  return state_->model;
}

bool Service::shut_down() {
  const auto deadline = std::chrono::steady_clock::now() + state_->model.config.shutdown_timeout;
  for (const auto& feed : state_->feeds) feed->end();  // whoever follows them is told how far it has read
  const Background background{state_->engines, state_->feeds};
  for (auto& lane : state_->lanes) {
    lane->loop.post([&lane = *lane, background, deadline] {
      lane.server->stop_accepting();
      drain(lane, background, deadline);
    });
  }
  constexpr std::chrono::milliseconds kSinksDrain{3'000};
  if (state_->sinks) state_->sinks->stop(std::min(state_->model.config.shutdown_timeout, kSinksDrain));
  state_->join();
  // What came until now is processed by whoever is next; what is under way ends.
  state_->processors->stop(deadline);
  return std::ranges::all_of(state_->lanes, [background](const auto& lane) { return has_ended(*lane, background); });
}

}  // namespace millrace::app
