// The config as it is written: what docs/configuration.md and section 2 of the specification list. No file but the config and those it
// includes is read here, and nothing is derived yet.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/auth_config.hpp"
#include "app/observe_config.hpp"
#include "app/processor_config.hpp"
#include "app/rules_config.hpp"
#include "app/sink_config.hpp"
#include "base/problem.hpp"
#include "hocon/parser.hpp"
#include "http/cors.hpp"
#include "http/proxies.hpp"

namespace millrace::app {

/// `options` of a storage in PostgreSQL.
struct PostgresConfig {
  std::vector<std::string> replicas;
  std::size_t connections = 1;
  std::size_t batch_max = 1'000;
  std::chrono::milliseconds timeout{10'000};
  std::chrono::milliseconds connect_timeout{5'000};
};

/// Where an entity is kept. Two with equal identity() are the same storage.
struct StorageConfig {
  Place place;
  std::string type;  // mongo, postgres, sqlite, memory
  std::string uri;
  std::string collection;  // or table
  std::string database;    // db
  PostgresConfig postgres = {};
  std::vector<std::pair<std::string, std::string>> mongo_options = {};  // `options` of a storage in MongoDB, by name

  /// One that is not complete is like no other.
  std::string identity() const;
};

/// Text that the config holds or names: an SDL or JSON Schema.
struct SourceConfig {
  Place place;       // in the config, or the start of the file that was included
  std::string text;  // the text itself; or the name of a file to look up
  bool is_file_name = false;
  std::vector<hocon::JsonPlace> places = {};  // of what stands in the text, when it was an object
};

struct QueryConfig {
  Place place;
  std::string name;
  std::string query;     // template
  std::string id;        // the argument that {{id}} stands for; may be empty
  bool is_list = false;  // of `vectors`
};

/// How a resolver of another server asks it.
struct RemoteConfig {
  std::string argument;  // takes the key
  bool passes_at = true;
  std::chrono::milliseconds connect_timeout{};
  std::chrono::milliseconds timeout{};
  std::size_t retries = 0;
  std::chrono::milliseconds backoff{};
  std::size_t connections = 0;
  std::size_t answer_bytes_max = 0;
  std::size_t breaker_failures = 0;
  std::chrono::milliseconds breaker_pause{};

  friend auto operator<=>(const RemoteConfig&, const RemoteConfig&) = default;
};

struct ResolverConfig {
  Place place;
  std::string name;  // field, type.field, or a path of fields
  std::string id;    // the key on the parent; may be empty
  std::string query_name;
  std::string url;         // empty: `graphlette` names one of this service
  std::string graphlette;  // path or first segment of the path
  RemoteConfig remote = {};
};

struct GraphletteConfig {
  Place place;
  std::string path;
  bool is_unified = true;
  std::string unified_field;           // its field at the unified endpoint; empty: after the path
  bool is_subgraph = false;            // federation
  std::optional<SourceConfig> schema;  // empty: it is wrong
  StorageConfig storage;
  std::vector<QueryConfig> queries;
  std::vector<ResolverConfig> resolvers;
  RulesConfig rules;
};

/// How a REST API answers, beside what its schema says.
struct RestletteBehaviour {
  bool immutable = false;
  bool redirects_creator = false;  // onCreate = redirect
  std::string idempotency_field;   // may be empty
};

struct RestletteConfig {
  Place place;
  std::string path;
  StorageConfig storage;
  std::optional<SourceConfig> schema;
  RestletteBehaviour behaviour;
  RulesConfig rules;
};

/// Defaults stand in config_keys.cpp.
/// What the whole process may take on at a time, and how long a client may take.
struct LoadConfig {
  std::uint64_t connections = 0;
  std::uint64_t requests = 0;
  std::uint64_t bodies = 0;  // bytes
  std::uint64_t header_bytes = 0;
  std::uint64_t headers = 0;
  std::uint64_t writes = 0;
  std::uint64_t scans = 0;
  std::uint64_t followers = 0;
  std::chrono::milliseconds heartbeat{};
  std::chrono::milliseconds write_wait{};
  std::chrono::milliseconds header_timeout{};
  std::chrono::milliseconds body_timeout{};
  std::chrono::milliseconds idle_timeout{};
  std::chrono::milliseconds write_timeout{};
};

/// What one GraphQL request may ask for: graphql::EngineOptions says more.
struct GraphqlLimitsConfig {
  std::size_t bytes = 0;
  std::size_t tokens = 0;
  std::size_t depth = 0;
  std::size_t aliases = 0;
  std::size_t fields = 0;
  std::size_t cost = 0;
  std::size_t list_rows = 0;
  std::chrono::milliseconds time{0};  // 0: no limit
  std::size_t cache_bytes = 0;
  std::size_t hops = 0;
};

/// Which graphlette's definition of a type counts.
struct TypeOwnerConfig {
  Place place;
  std::string type;
  std::string path;
};

struct UnifiedConfig {
  Place place;
  bool is_on = true;
  std::string path;
  bool is_default_path = true;  // it gives way to what is configured there
  bool is_subgraph = false;     // federation
  std::vector<TypeOwnerConfig> owners;
};

struct Config {
  std::filesystem::path file;
  std::string host;
  std::uint16_t port = 0;
  std::string url;
  http::CorsOptions cors;
  std::shared_ptr<const http::Proxies> proxies;  // null: none
  std::chrono::milliseconds shutdown_timeout{};
  std::size_t batch_max = 0;  // GraphQL requests in one array
  std::size_t body_bytes_max = 0;
  std::size_t bulk_bytes_max = 0;
  std::size_t list_bytes_max = 0;      // no more than a quarter of load.bodies
  std::filesystem::path spool_folder;  // empty: beside the storage
  std::uint64_t spool_bytes_max = 0;
  LoadConfig load;
  GraphqlLimitsConfig graphql;
  std::optional<AuthConfig> auth;  // nothing: open to all
  ObserveConfig observe;
  std::vector<GraphletteConfig> graphlettes;
  std::vector<RestletteConfig> restlettes;
  UnifiedConfig unified;
  std::vector<ProcessorConfig> processors;
  std::vector<SinkConfig> sinks;
  std::vector<RulesConfig> rules;    // at the top, by entity
  std::optional<std::size_t> audit;  // which restlette has the records of reads; nothing: none are recorded
  /// What is wrong with it. Whoever derives from it goes on, leaves out what is empty for it, and reports these with its own.
  std::vector<Problem> problems;
};

/// Reads the config; fails only when it is no HOCON.
Checked<Config> read_config(const std::filesystem::path& file, const hocon::Options& options = {});

}  // namespace millrace::app
