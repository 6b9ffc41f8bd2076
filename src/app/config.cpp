#include "app/config.hpp"

#include <algorithm>
#include <array>

#include "access/audited.hpp"
#include "app/address.hpp"
#include "app/object_reader.hpp"
#include "app/read_processor.hpp"
#include "app/read_rules.hpp"
#include "base/uri.hpp"

namespace millrace::app {
namespace {

const std::vector<std::string>& storage_types() {
  static const std::vector<std::string> types{"mongo", "postgres", "sqlite", "memory"};
  return types;
}

std::string without_slashes_at_end(std::string text, std::size_t least) {
  while (text.size() > least && text.ends_with('/')) text.pop_back();
  return text;
}

std::string read_path(ObjectReader& reader) {
  std::string path = without_slashes_at_end(reader.text("path"), 1);
  if (!path.empty() && !path.starts_with('/'))
    reader.problem(reader.place(), fmt::format("{} must start with a slash.", reader.where("path")), fmt::format("Write \"/{}\".", path));
  return path;
}

/// Whether a string is what it would be in a file: it has braces, line breaks, words that make no path, or nothing at all.
bool is_text_itself(std::string_view text) {
  if (text.find_first_of("{\n") != std::string::npos) return true;
  return text.empty() || (text.find(' ') != std::string::npos && text.find_first_of("./") == std::string::npos);
}

/// A string is the text itself, or names a file; an object is JSON.
std::optional<SourceConfig> read_source(ObjectReader& reader, std::string_view key) {
  const hocon::Value* value = reader.any(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind == hocon::Kind::object) {
    SourceConfig config{.place = value->place};
    config.text = hocon::to_json(*value, &config.places);
    return config;
  }
  if (value->kind != hocon::Kind::string) {
    reader.problem(value->place, fmt::format("{} must name a file or be the text itself.", reader.where(key)));
    return std::nullopt;
  }
  return SourceConfig{value->place, value->text, !is_text_itself(value->text)};
}

/// A type that is none stays empty.
std::string read_storage_type(ObjectReader& reader) {
  std::string type = reader.text("type");
  const auto& types = storage_types();
  if (type.empty() || std::ranges::find(types, type) != types.end()) return type;
  const std::string_view near = nearest(type, types);
  reader.problem(reader.place(), fmt::format("There is no storage type \"{}\".", type),
                 near.empty() ? fmt::format("One of {}.", fmt::join(types, ", ")) : fmt::format("Did you mean \"{}\"?", near));
  return {};
}

/// How long something may take. 0 is no limit: longer than any process lives, and short enough to be added to any instant.
std::chrono::milliseconds read_limit(ObjectReader& reader, std::string_view key) {
  constexpr std::chrono::milliseconds kForever = std::chrono::years(100);
  const std::chrono::milliseconds limit = reader.duration(key);
  return limit.count() == 0 ? kForever : std::min(limit, kForever);
}

PostgresConfig read_postgres(ObjectReader reader) {
  PostgresConfig config{.connections = reader.number("connections"),
                        .batch_max = reader.number("batch"),
                        .timeout = read_limit(reader, "timeout"),
                        .connect_timeout = read_limit(reader, "connectTimeout")};
  config.replicas = reader.texts("replicas");
  return config;
}

std::vector<std::pair<std::string, std::string>> read_mongo_options(ObjectReader& reader) {
  const hocon::Value* options = reader.foreign_object("options");
  if (options == nullptr) return {};
  std::vector<std::pair<std::string, std::string>> named;
  for (const hocon::Member& option : options->members) {
    switch (option.value.kind) {
      case hocon::Kind::boolean: named.emplace_back(option.key, option.value.flag ? "true" : "false"); break;
      case hocon::Kind::number:
      case hocon::Kind::string: named.emplace_back(option.key, option.value.text); break;
      default:
        reader.problem(option.value.place, fmt::format("{}.{} is no text, number or flag.", reader.where("options"), option.key),
                       "Write it as it stands in a URI: options { directConnection = true }.");
    }
  }
  return named;
}

StorageConfig read_storage(ObjectReader& outer) {
  auto reader = outer.object("storage", kStorageSection);
  if (!reader) return {.place = outer.place()};
  StorageConfig config{.place = reader->place()};
  config.type = read_storage_type(*reader);
  config.uri = reader->text("uri");
  config.collection = reader->text("collection");
  if (config.collection.empty()) config.collection = reader->text("table");
  config.database = reader->text("db");
  if (config.type == "mongo") config.mongo_options = read_mongo_options(*reader);
  if (config.type == "postgres") config.postgres = read_postgres(reader->optional_object("options", kPostgresOptionsSection));
  if (config.collection.empty())
    reader->problem(reader->place(), fmt::format("{} is missing.", reader->where("collection")),
                    "Name the collection or table that holds the documents.");
  return config;
}

QueryConfig read_query(ObjectReader& reader, bool is_list) {
  QueryConfig config{.place = reader.place(), .is_list = is_list};
  config.name = reader.text("name");
  if (const hocon::Value* text = reader.any("query")) {
    config.query = text->kind == hocon::Kind::object ? hocon::to_json(*text) : text->text;
    config.place = text->place;
  }
  config.id = reader.text("id");
  return config;
}

RemoteConfig read_remote(ObjectReader& reader) {
  RemoteConfig config{.argument = reader.text("argument"),
                      .passes_at = reader.flag("at"),
                      .connect_timeout = read_limit(reader, "connectTimeout"),
                      .timeout = read_limit(reader, "timeout"),
                      .retries = reader.number("retries"),
                      .backoff = reader.duration("backoff"),
                      .connections = reader.number("connections"),
                      .answer_bytes_max = reader.size("answerBytes")};
  ObjectReader breaker = reader.optional_object("breaker", kBreakerSection);
  config.breaker_failures = breaker.number("failures");
  config.breaker_pause = breaker.duration("pause");
  return config;
}

ResolverConfig read_resolver(ObjectReader& reader) {
  ResolverConfig config{.place = reader.place()};
  config.name = reader.text("name");
  config.id = reader.text("id");
  config.query_name = reader.text("queryName");
  config.url = reader.text("url");
  config.graphlette = reader.text("graphletteName");
  if (config.graphlette.empty()) config.graphlette = reader.text("graphlette");
  config.remote = read_remote(reader);
  if (config.url.empty() && config.graphlette.empty())
    reader.problem(reader.place(), fmt::format("{} is missing.", reader.where("url")),
                   "Name the GraphQL endpoint that it asks: url = \"http://localhost:4055/raw-events/graph\".");
  return config;
}

void read_root_config(ObjectReader& reader, GraphletteConfig& config) {
  for (std::string_view key : {"singletons", "vectors"})
    for (ObjectReader& query : reader.objects(key, kQuerySection)) config.queries.push_back(read_query(query, key == "vectors"));
  for (std::string_view key :
       {"resolvers", "singletonResolvers", "vectorResolvers", "internalSingletonResolvers", "internalVectorResolvers"})
    for (ObjectReader& resolver : reader.objects(key, kResolverSection)) config.resolvers.push_back(read_resolver(resolver));
  reader.flag("dataLoaderEnabled");
}

/// A text, or false: nothing then. Neither is a problem.
std::optional<std::string> read_text_or_false(ObjectReader& reader, std::string_view key, const std::string& otherwise) {
  const hocon::Value* value = reader.any(key);
  if (value == nullptr) return otherwise;
  const bool is_false = value->kind == hocon::Kind::boolean && !value->flag;
  if (is_false) return std::nullopt;
  if (value->kind == hocon::Kind::string && !value->text.empty()) return value->text;
  reader.problem(value->place, fmt::format("{} is neither a text nor false.", reader.where(key)));
  return otherwise;
}

GraphletteConfig read_graphlette(ObjectReader& reader, bool is_subgraph) {
  GraphletteConfig config{.place = reader.place()};
  config.path = read_path(reader);
  const auto field = read_text_or_false(reader, "unified", "");
  config.is_unified = field.has_value();
  config.unified_field = field.value_or("");
  config.is_subgraph = reader.flag("federation", is_subgraph);
  config.schema = read_source(reader, "schema");
  config.storage = read_storage(reader);
  ObjectReader root = reader.optional_object("rootConfig", kRootConfigSection);
  read_root_config(root, config);
  config.rules = read_rules(reader);
  return config;
}

RestletteBehaviour read_behaviour(ObjectReader& reader) {
  RestletteBehaviour behaviour;
  behaviour.immutable = reader.flag("immutable");
  behaviour.idempotency_field = reader.text("idempotency");
  const std::string on_create = reader.text("onCreate");
  behaviour.redirects_creator = on_create == "redirect";
  if (on_create != "document" && on_create != "redirect")
    reader.problem(reader.place(), fmt::format("{} is \"{}\".", reader.where("onCreate"), on_create), "Write document, or redirect.");
  return behaviour;
}

RestletteConfig read_restlette(ObjectReader& reader) {
  RestletteConfig config{.place = reader.place()};
  config.path = read_path(reader);
  config.schema = read_source(reader, "schema");
  config.storage = read_storage(reader);
  config.behaviour = read_behaviour(reader);
  config.rules = read_rules(reader);
  return config;
}

std::vector<TypeOwnerConfig> read_owners(ObjectReader& reader) {
  std::vector<TypeOwnerConfig> owners;
  const hocon::Value* types = reader.any("types");
  if (types == nullptr) return owners;
  if (types->kind != hocon::Kind::object)
    reader.problem(types->place, fmt::format("{} must be an object.", reader.where("types")), "Write types { PageInfo = /hen/graph }.");
  for (const hocon::Member& member : types->members) {
    if (member.value.kind == hocon::Kind::string) {
      owners.push_back({member.place, member.key, member.value.text});
    } else {
      reader.problem(member.place, fmt::format("{}.{} must be the path of a graphlette.", reader.where("types"), member.key));
    }
  }
  return owners;
}

UnifiedConfig read_unified(ObjectReader reader, bool is_subgraph) {
  UnifiedConfig config{.place = reader.place("path"), .is_subgraph = reader.flag("federation", is_subgraph)};
  const auto path = read_text_or_false(reader, "path", "");
  config.is_on = path.has_value();
  config.is_default_path = path.value_or("").empty();
  config.path = config.is_default_path ? "/graph" : without_slashes_at_end(path.value_or(""), 1);
  if (!config.path.starts_with('/'))
    reader.problem(config.place, fmt::format("{} must start with a slash.", reader.where("path")),
                   fmt::format("Write \"/{}\".", config.path));
  config.owners = read_owners(reader);
  return config;
}

LoadConfig read_load(ObjectReader& reader) {
  return {.connections = reader.number("connections"),
          .requests = reader.number("requests"),
          .bodies = reader.size("bodyMemory"),
          .header_bytes = reader.size("headerBytes"),
          .headers = reader.number("headers"),
          .writes = reader.number("writes"),
          .scans = reader.number("scans"),
          .followers = reader.number("followers"),
          .heartbeat = read_limit(reader, "heartbeat"),
          .write_wait = read_limit(reader, "writeWait"),
          .header_timeout = read_limit(reader, "headerTimeout"),
          .body_timeout = read_limit(reader, "bodyTimeout"),
          .idle_timeout = read_limit(reader, "idleTimeout"),
          .write_timeout = read_limit(reader, "writeTimeout")};
}

void read_limits(ObjectReader& reader, Config& config) {
  config.body_bytes_max = reader.size("bodyBytes");
  config.bulk_bytes_max = reader.size("bulkBytes");
  config.spool_folder = reader.text("spoolFolder");
  config.spool_bytes_max = reader.size("spoolBytes");
  config.load = read_load(reader);
  if (config.load.bodies < config.body_bytes_max) {
    reader.problem(
        reader.place("bodyMemory"),
        fmt::format("{} is less than {}: not one request of that size would fit.", reader.where("bodyMemory"), reader.where("bodyBytes")),
        fmt::format("Let it be {} bytes at least, better many times that.", config.body_bytes_max));
  }
  config.list_bytes_max = std::min<std::uint64_t>(reader.size("listBytes"), config.load.bodies / 4);
  ObjectReader graphql = reader.optional_object("graphql", kGraphqlLimitsSection);
  GraphqlLimitsConfig& limits = config.graphql;
  limits.bytes = graphql.size("bytes");
  limits.tokens = graphql.number("tokens");
  limits.depth = graphql.number("depth");
  limits.aliases = graphql.number("aliases");
  limits.fields = graphql.number("fields");
  limits.cost = graphql.number("cost");
  limits.list_rows = graphql.number("listRows");
  limits.time = graphql.duration("time");
  limits.cache_bytes = graphql.size("cacheBytes");
  limits.hops = graphql.number("hops");
}

/// An origin is compared as browsers send it.
http::CorsOptions read_cors(ObjectReader reader) {
  http::CorsOptions cors{.origins = reader.texts("origins")};
  cors.allows_all = cors.origins.empty() || cors.origins == std::vector<std::string>{"*"};
  if (cors.allows_all || cors.origins == std::vector<std::string>{"none"}) return cors;
  for (const std::string& origin : cors.origins)
    if (!is_base_url(origin) || std::ranges::count(origin, '/') != 2)
      reader.problem(reader.place("origins"), fmt::format("cors.origins has \"{}\", which is no origin.", without_credentials(origin)),
                     "Write the scheme, the host, and the port if there is one: \"https://app.example\". `*` or `none` stands alone.");
  return cors;
}

/// Null: none is named.
std::shared_ptr<const http::Proxies> read_proxies(ObjectReader& reader) {
  const std::vector<std::string> networks = reader.texts("trustedProxies");
  for (const std::string& network : networks)
    if (!http::Proxies::read({network}))
      reader.problem(reader.place("trustedProxies"), fmt::format("trustedProxies has \"{}\", which is no network.", network),
                     "Write the addresses of proxies, or networks of them: [\"10.0.0.0/8\", \"2001:db8::/32\", \"192.0.2.7\"].");
  const auto proxies = http::Proxies::read(networks);
  return proxies && !networks.empty() ? std::make_shared<const http::Proxies>(*proxies) : nullptr;
}

void read_server(ObjectReader& reader, Config& config) {
  config.port = static_cast<std::uint16_t>(reader.number("port"));
  config.batch_max = reader.number("batching");
  config.host = reader.text("host");
  if (!is_host(config.host)) {
    reader.problem(reader.place("host"), fmt::format("host is \"{}\", which is neither an address nor the name of a host.", config.host),
                   "Write an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.");
  }
  config.url = without_slashes_at_end(reader.text("url"), 0);
  if (!config.url.empty() && !is_base_url(config.url)) {
    reader.problem(reader.place("url"), fmt::format("url is \"{}\", which no link can begin with.", without_credentials(config.url)),
                   "Write http:// or https://, the host and perhaps a path, without query or fragment: \"https://events.example.com\".");
  }
  if (config.url.empty()) config.url = fmt::format("http://localhost:{}", config.port);
  config.shutdown_timeout = read_limit(reader, "shutdownTimeout");
  config.cors = read_cors(reader.optional_object("cors", kCorsSection));
  config.proxies = read_proxies(reader);
}

/// The first entity whose reads are recorded; null: there is none.
const StorageConfig* first_audited(const Config& config) {
  for (const GraphletteConfig& graphlette : config.graphlettes)
    if (graphlette.rules.is_audited) return &graphlette.storage;
  for (const RestletteConfig& restlette : config.restlettes)
    if (restlette.rules.is_audited) return &restlette.storage;
  return nullptr;
}

/// What was read by whom is an entity as any other, but that nobody writes to it.
void add_audit(ObjectReader& reader, Config& config) {
  const StorageConfig* const first = first_audited(config);
  RestletteConfig audit{.place = reader.place("audit"), .path = "/audit/api", .behaviour = {.immutable = true}};
  if (auto given = reader.object("audit", kAuditSection)) {
    audit.storage = read_storage(*given);
  } else if (first != nullptr) {
    audit.storage = *first;
    if (!first->collection.empty()) audit.storage.collection = "audit";
  }
  if (first == nullptr) return;
  audit.schema = SourceConfig{.place = audit.place, .text = std::string(access::kReadSchema)};
  config.audit = config.restlettes.size();
  config.restlettes.push_back(std::move(audit));
}

}  // namespace

std::string StorageConfig::identity() const {
  return collection.empty() ? fmt::format("at {}", to_string(place)) : fmt::format("{}|{}|{}|{}", type, uri, database, collection);
}

Checked<Config> read_config(const std::filesystem::path& file, const hocon::Options& options) {
  auto root = hocon::parse_file(file, options);
  if (!root) return std::unexpected(std::move(root).error());
  Config config{.file = file};
  ObjectReader reader(*root, kTopSection, "", config.problems, true);
  read_server(reader, config);
  ObjectReader limits = reader.optional_object("limits", kLimitsSection);
  read_limits(limits, config);
  if (auto auth = reader.object("auth", kAuthSection)) config.auth = read_auth(*auth, std::filesystem::absolute(file).parent_path());
  config.observe = read_observe(reader);
  const bool are_subgraphs = reader.flag("federation");
  config.unified = read_unified(reader.optional_object("unified", kUnifiedSection), are_subgraphs);
  for (ObjectReader& graphlette : reader.objects("graphlettes", kGraphletteSection))
    config.graphlettes.push_back(read_graphlette(graphlette, are_subgraphs));
  for (ObjectReader& restlette : reader.objects("restlettes", kRestletteSection)) config.restlettes.push_back(read_restlette(restlette));
  for (ObjectReader& processor : reader.objects("processors", kProcessorSection)) {
    config.processors.push_back(read_processor(processor));
    refuse_second_name(config.processors, reader);
  }
  config.rules = read_rules_by_entity(reader);
  add_audit(reader, config);
  for (ObjectReader& sink : reader.objects("sinks", kSinkSection)) config.sinks.push_back(read_sink(sink));
  if (config.graphlettes.empty() && config.restlettes.empty() && config.problems.empty())
    reader.problem(root->place, "There is nothing to serve: no graphlettes and no restlettes.",
                   "Add graphlettes = [ { path = /x/graph, schema = x.graphql, storage { ... } } ].");
  return config;
}

}  // namespace millrace::app
