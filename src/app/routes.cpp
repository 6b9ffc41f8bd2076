#include "app/routes.hpp"

#include <unistd.h>

#include "app/address.hpp"
#include "app/console.hpp"
#include "app/member_types.hpp"
#include "app/processor_pages.hpp"
#include "app/sinks_page.hpp"
#include "app/start_page.hpp"
#include "app/status_pages.hpp"
#include "app/subgraph_model.hpp"
#include "app/unified_model.hpp"
#include "federation/store_snapshot.hpp"
#include "graph/endpoint.hpp"
#include "io/loop.hpp"
#include "pages/page.hpp"
#include "rest/openapi.hpp"
#include "rest/resource.hpp"

namespace millrace::app {
namespace {

graphql::EngineOptions engine_options(const GraphqlLimitsConfig& limits, bool hides_members) {
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
  options.hides_members = hides_members;
  return options;
}

/// The path of a URL, from its slash on; empty when it has none.
std::string_view path_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t slash = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  return slash == std::string_view::npos ? std::string_view() : url.substr(slash);
}

/// One API that says so speaks for all of the entity.
bool is_immutable(const Model& model, std::size_t entity) {
  return std::ranges::any_of(model.restlettes,
                             [entity](const RestletteModel& one) { return one.entity == entity && one.behaviour.immutable; });
}

const std::shared_ptr<const graphql::Schema>& served_schema(const auto& endpoint) {
  return endpoint.subgraph ? endpoint.subgraph->schema : endpoint.schema;
}

}  // namespace

template <class Handler, class... Arguments>
Handler& Routes::add_handler(Arguments&&... arguments) {
  auto handler = std::make_unique<Handler>(std::forward<Arguments>(arguments)...);
  Handler& added = *handler;
  handlers_.push_back(std::move(handler));
  return added;
}

Routes::Routes(RouteParts parts)
    : parts_(std::move(parts)),
      router_(&parts_.traffic),
      gate_(parts_.authenticator
                ? std::optional<auth::Gate>(std::in_place, router_, *parts_.authenticator,
                                            auth::Gate::Options{&parts_.instruments.metrics, parts_.model.config.body_bytes_max})
                : std::nullopt),
      cors_(gate_ ? static_cast<http::Handler&>(*gate_) : router_, parts_.model.config.cors) {}

Result<> Routes::mount() {
  TRY_OK(mount_graphs());
  TRY_OK(mount_restlettes());
  TRY_OK(mount_status_pages());
  TRY_OK(mount_sinks());
  TRY_OK(mount_metrics());
  return mount_pages();
}

bool Routes::is_idle() const {
  return (metrics_ == nullptr || metrics_->is_idle()) &&
         std::ranges::all_of(engines_, [](const auto& engine) { return engine->running() == 0; });
}

Result<> Routes::mount_graphs() {
  for (std::size_t i = 0; i < parts_.model.graphlettes.size(); ++i)
    TRY_OK(mount_endpoint(parts_.model.graphlettes[i].path, served_schema(parts_.model.graphlettes[i]), parts_.graphs.of_graphlette(i),
                          graphiql_settings(parts_.model, i)));
  if (parts_.model.unified == nullptr) return {};
  return mount_endpoint(parts_.model.unified->path, served_schema(*parts_.model.unified), parts_.graphs.unified(),
                        unified_graphiql_settings(parts_.model));
}

Result<> Routes::mount_endpoint(const std::string& path, const std::shared_ptr<const graphql::Schema>& schema, const graphql::Bindings& own,
                                std::string settings) {
  graphql::EngineOptions options = engine_options(parts_.model.config.graphql, parts_.guards.hide_members());
  options.counts = std::make_shared<graphql::OperationCounts>(parts_.instruments.metrics, path);
  engines_.push_back(std::make_unique<graphql::Engine>(schema, own, std::move(options)));
  graph::EndpointOptions endpoint;
  endpoint.batch_max = parts_.model.config.batch_max;
  endpoint.session.heartbeat = parts_.model.config.load.heartbeat;
  endpoint.session.init_timeout = parts_.model.config.load.header_timeout;
  if (auth::Authenticator* const door = parts_.authenticator) {
    endpoint.session.identify = [door, path](std::string authorization, const graphql::Caller& caller) {
      return door->identify(std::move(authorization), {"GET", path, caller.address, caller.trace});
    };
    endpoint.session.needs_principal = door->is_required();
  }
  endpoint.page = &add_handler<pages::Page>("graphiql", "GraphiQL " + path, std::move(settings));
  return router_.mount(path, add_handler<graph::Endpoint>(*engines_.back(), endpoint), http::Router::Scope::exact);
}

/// Scheme, host and port of the config's url, unless it is one of this machine: then what clients call it by is closer to the truth, the
/// port above all.
std::string Routes::public_url() const {
  const std::string& url = parts_.model.config.url;
  return is_loopback(url) ? std::string() : url.substr(0, url.size() - path_of(url).size());
}

Result<> Routes::mount_restlettes() {
  for (const RestletteModel& restlette : parts_.model.restlettes) {
    rest::ResourceOptions resource;
    resource.path = restlette.path;
    resource.store = &parts_.guards.store(restlette.entity);
    resource.feed = &parts_.guards.feed(restlette.entity);
    resource.heartbeat = parts_.model.config.load.heartbeat;
    resource.traffic = &parts_.traffic;
    resource.lifecycle = parts_.lifecycles[restlette.entity].get();
    resource.schema = restlette.schema.get();
    resource.public_url = public_url();
    resource.public_path = path_of(parts_.model.config.url);
    resource.document_bytes_max = parts_.model.config.body_bytes_max;
    resource.immutable = is_immutable(parts_.model, restlette.entity);
    resource.redirects_creator = restlette.behaviour.redirects_creator;
    resource.creation = restlette.creation;
    resource.list_bytes_max = parts_.model.config.list_bytes_max;
    resource.bulk_bytes_max = parts_.model.config.bulk_bytes_max;
    resource.spool = {.folder = spool_folder(), .bytes_max = parts_.model.config.spool_bytes_max};
    resource.workers = &parts_.workers;
    resource.result_targets = result_targets();
    if (const std::optional<AuthConfig>& auth = parts_.model.config.auth)
      resource.credentials = {!auth->issuers.empty(), !auth->api_keys.empty(), auth->is_required};
    handlers_.push_back(std::make_unique<rest::OpenApiPage>(resource));
    for (std::string_view page : {"/swagger.json", "/openapi.json"})
      TRY_OK(router_.mount(docs_path(restlette.path) + std::string(page), *handlers_.back(), http::Router::Scope::exact));
    auto& api = add_handler<rest::Resource>(std::move(resource));
    consumed_.push_back({restlette.path, &api.consumers()});
    TRY_OK(router_.mount(restlette.path, api));
  }
  return {};
}

/// Where consumers' results may go.
std::vector<consumers::Target> Routes::result_targets() const {
  std::vector<consumers::Target> all;
  for (const RestletteModel& restlette : parts_.model.restlettes) {
    const rest::Fields fields = rest::read_fields(restlette.schema ? restlette.schema->text() : std::string());
    all.push_back({.path = restlette.path,
                   .store = &parts_.guards.store(restlette.entity),
                   .whole = &parts_.storages.store(restlette.entity),
                   .schema = restlette.schema.get(),
                   .takes_raw_event_id = fields.all.empty() || fields.find("raw_event_id") != nullptr});
  }
  return all;
}

Result<> Routes::mount_pages() {
  TRY_OK(router_.mount(pages::kFilesPath, add_handler<pages::FileHandler>()));
  for (const RestletteModel& restlette : parts_.model.restlettes) {
    auto& page = add_handler<pages::Page>("swagger", "API of " + restlette.path);
    TRY_OK(router_.mount(docs_path(restlette.path), page, http::Router::Scope::exact));
  }
  if (has_processor_pages(parts_.model)) {
    auto& page = add_handler<ProcessorPages>(parts_.processors, parts_.guards, parts_.model.config.load.heartbeat);
    TRY_OK(router_.mount(kProcessorsPath, page));
  }
  if (has_console(parts_.model)) {
    auto& console = add_handler<pages::Page>("console", "Millrace console", console_settings(parts_.model));
    TRY_OK(router_.mount(kConsolePath, console, http::Router::Scope::exact));
  }
  return router_.mount("/", add_handler<StartPage>(parts_.model), http::Router::Scope::exact);
}

/// Beside the storage, where there is space for data; among the system's temporary files where the config's folder is only to be read, as
/// one that is mounted into a container may be.
std::filesystem::path Routes::spool_folder() const {
  if (!parts_.model.config.spool_folder.empty()) return parts_.model.config.spool_folder;
  if (parts_.embedded_folder) return *parts_.embedded_folder;
  const std::filesystem::path beside = std::filesystem::absolute(parts_.model.config.file).parent_path();
  const bool may_write = ::access((beside / ".millrace").c_str(), W_OK) == 0 || ::access(beside.c_str(), W_OK) == 0;
  std::error_code ignored;
  return may_write ? beside / ".millrace" : std::filesystem::temp_directory_path(ignored);
}

Result<> Routes::mount_status_pages() {
  handlers_.push_back(std::make_unique<HealthPage>());
  TRY_OK(router_.mount("/health", *handlers_.back(), http::Router::Scope::exact));
  std::vector<ReadyPage::Storage> storages;
  for (std::size_t i = 0; i < parts_.storages.size(); ++i) {
    const std::string& name = parts_.model.entities[i].name;
    storages.push_back({.name = name,
                        .store = &parts_.storages.store(i),
                        .log = parts_.instruments.log.lines(observe::Module::stores, observe::Level::warn, name),
                        .away = std::make_unique<std::atomic<Instant>>()});
  }
  handlers_.push_back(std::make_unique<ReadyPage>(std::move(storages), parts_.authenticator == nullptr));
  return router_.mount("/ready", *handlers_.back(), http::Router::Scope::exact);
}

/// Unless something else is served there, which it may be where there are no sinks.
Result<> Routes::mount_sinks() {
  if (router_.find(kSinksPath) != nullptr && parts_.model.sinks.empty()) return {};
  std::vector<SinksPage::Row> rows;
  for (const SinkModel& sink : parts_.model.sinks) rows.push_back({&sink, &parts_.guards.store(sink.entity)});
  return router_.mount(kSinksPath, add_handler<SinksPage>(std::move(rows), parts_.sinks));
}

/// Unless something else is served there.
Result<> Routes::mount_metrics() {
  if (router_.find(kMetricsPath) != nullptr) return {};
  MetricsParts parts{.instruments = parts_.instruments,
                     .load = parts_.load,
                     .consumed = consumed_,
                     .processors = parts_.processors,
                     .sinks = parts_.sinks,
                     .model = parts_.model,
                     .targets = parts_.graphs.targets(),
                     .is_open = parts_.model.config.observe.has_open_metrics};
  for (std::size_t i = 0; i < parts_.storages.size(); ++i)
    parts.entities.push_back({parts_.model.entities[i].name, &parts_.storages.feed(i)});
  auto& page = add_handler<MetricsPage>(std::move(parts));
  metrics_ = &page;
  return router_.mount(kMetricsPath, page, http::Router::Scope::exact);
}

}  // namespace millrace::app
