// The service that a config describes, derived and checked: what `millrace check` prints and what the service is built from. Opens no
// storage and no port.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/rules.hpp"
#include "app/config.hpp"
#include "base/problem.hpp"
#include "document/filter.hpp"
#include "document/idempotency.hpp"
#include "federation/entity_mutation.hpp"
#include "federation/entity_query.hpp"
#include "federation/entity_subscription.hpp"
#include "graphql/type/schema.hpp"
#include "http/client.hpp"
#include "jsonschema/schema.hpp"
#include "processing/result.hpp"

namespace millrace::app {

/// A storage, and what it must be able to find quickly.
struct EntityModel {
  StorageConfig storage;
  std::string name;  // to people: the collection's, with what tells it from another one of that name
  std::vector<document::FieldPath> indexes;
  std::optional<access::Rules> rules = {};  // nothing: everybody may everything
  std::optional<Place> rules_place = {};
  bool is_audited = false;  // reads are recorded in Model::audit
};

struct QueryModel {
  federation::EntityQuery query;  // its store is set when the service opens it
  std::string origin;             // "derived", or the template's text
  bool is_wrong = false;          // while deriving: it has problems, and nothing is said about what it would be
};

/// What a relation asks of another server.
struct RemoteModel {
  std::string url;
  http::Url split;
  RemoteConfig config;
};

/// A field that follows a key to a query of a graphlette of this service, or of another server.
struct RelationModel {
  std::string type;
  std::string field;
  std::vector<std::string> keys;  // members of the parent; the first that it has is followed
  std::string query;
  bool is_list = false;
  std::optional<RemoteModel> remote = {};  // set: the rest is not
  std::size_t target = 0;                  // graphlette
  std::size_t parameter = 0;
  federation::EntityQuery own = {};  // that query, with what the field's own arguments add
};

struct MutationModel {
  federation::EntityMutation mutation;  // its store is set when the service opens it
};

struct SubscriptionModel {
  federation::EntitySubscription subscription;  // its feed is set when the service opens the store
};

struct SubgraphModel;

struct GraphletteModel {
  std::string path;
  std::size_t entity = 0;
  std::shared_ptr<const graphql::Schema> schema;
  const graphql::Type* type = nullptr;  // the entity's
  std::filesystem::path schema_file;    // empty: the SDL stands in the config
  std::string schema_name;              // names the SDL in problems
  std::deque<QueryModel> queries;
  std::deque<MutationModel> mutations;
  std::deque<SubscriptionModel> subscriptions;
  std::vector<RelationModel> relations;
  std::shared_ptr<const jsonschema::Schema> documents;  // what mutations may write
  std::shared_ptr<const SubgraphModel> subgraph;        // null: it is none

  const QueryModel* query(std::string_view name) const;
};

struct RestletteModel {
  std::string path;
  std::size_t entity = 0;
  std::shared_ptr<const jsonschema::Schema> schema;
  std::string schema_origin;  // the file, or "derived from type T"
  RestletteBehaviour behaviour;
  document::CreationRules creation;
};

struct ProcessorModel {
  ProcessorConfig config;
  std::size_t from = 0;  // entities
  std::size_t to = 0;
  std::size_t attempts = 0;                          // Model::attempts
  processing::TargetFields fields;                   // of a result
  std::shared_ptr<const jsonschema::Schema> schema;  // null: any object
};

/// Documents of one entity have a key that is the id of one of another: what became of that one.
struct ReferenceModel {
  std::size_t from = 0;  // who has the key
  std::string key;
  std::size_t to = 0;
};

struct SinkModel {
  SinkConfig config;
  std::size_t entity = 0;
};

struct UnifiedModel;

struct Model {
  Config config;
  std::deque<EntityModel> entities;
  std::deque<GraphletteModel> graphlettes;
  std::deque<RestletteModel> restlettes;
  std::deque<EntityModel> attempts;  // storages that tell of attempts, beside those of results; nothing serves them
  std::deque<ProcessorModel> processors;
  std::vector<ReferenceModel> references;
  std::deque<SinkModel> sinks;
  std::optional<std::size_t> audit;       // the entity of the records of reads
  std::shared_ptr<UnifiedModel> unified;  // null: there is no unified endpoint
  std::vector<Problem> warnings;          // it can be served, but something in it may not mean what was meant
};

/// Reads the files that the config names and derives everything; every problem that there is, the config's own included. `port` is the one
/// that is served, for telling which resolver URLs are this service.
Checked<Model> derive_model(Config config, std::uint16_t port);

}  // namespace millrace::app
