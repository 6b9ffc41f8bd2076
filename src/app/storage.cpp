#include "app/storage.hpp"

#include "store/memory/memory_store.hpp"
#include "store/mongo/mongo_store.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace millrace::app {
namespace {

/// A file name for a collection: what a file system may not like becomes '-'.
std::string file_name(std::string_view collection) {
  std::string name;
  for (char c : collection) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    name += is_plain ? c : '-';
  }
  return name + ".sqlite";
}

/// "sqlite:///data/events.db", "sqlite:events.db" or a plain path.
std::filesystem::path sqlite_file(const StorageConfig& storage, const std::filesystem::path& folder) {
  std::string_view path = storage.uri;
  for (std::string_view scheme : {"sqlite://", "sqlite:", "file:"})
    if (path.starts_with(scheme)) {
      path.remove_prefix(scheme.size());
      break;
    }
  return path.empty() ? folder / file_name(storage.collection) : folder / path;
}

/// What a store says goes to the log, what it does is counted.
template <class Options>
void tell(Options& options, const EntityModel& entity, const StorageContext& context, std::string_view type) {
  if (context.instruments == nullptr) return;
  options.log = context.instruments->log.lines(observe::Module::stores, observe::Level::error, entity.name);
  options.measures = document::Measures::of(context.instruments->metrics, entity.name, type);
}

Result<std::unique_ptr<document::Store>> open_sqlite(const EntityModel& entity, const StorageContext& context, std::filesystem::path file,
                                                     std::vector<const document::Filter*> sql_filters) {
  store::sqlite::Options options;
  options.file = std::move(file);
  options.collection = entity.storage.collection;
  options.indexes = entity.indexes;
  options.sql_filters = std::move(sql_filters);
  options.workers = context.workers;
  options.queue_max = context.writes_max;
  options.wait_max = context.write_wait;
  tell(options, entity, context, "sqlite");
  return store::sqlite::open_store(std::move(options));
}

Result<std::unique_ptr<document::Store>> open_mongo(const EntityModel& entity, const StorageContext& context) {
  store::mongo::Options options;
  options.uri_options = entity.storage.mongo_options;
  options.uri = entity.storage.uri;
  options.database = entity.storage.database;
  options.collection = entity.storage.collection;
  options.indexes = entity.indexes;
  options.queue_max = context.writes_max;
  options.wait_max = context.write_wait;
  tell(options, entity, context, "mongo");
  return store::mongo::open_store(std::move(options));
}

Result<std::unique_ptr<document::Store>> open_postgres(const EntityModel& entity, const StorageContext& context,
                                                       std::vector<const document::Filter*> sql_filters) {
  const PostgresConfig& config = entity.storage.postgres;
  store::postgres::Options options;
  options.uri = entity.storage.uri;
  options.database = entity.storage.database;
  options.collection = entity.storage.collection;
  options.replicas = config.replicas;
  options.indexes = entity.indexes;
  options.sql_filters = std::move(sql_filters);
  options.workers = context.workers;
  options.connections = config.connections;
  options.queue_max = context.writes_max;
  options.batch_max = config.batch_max;
  options.wait_max = context.write_wait;
  options.timeout = config.timeout;
  options.connect_timeout = config.connect_timeout;
  tell(options, entity, context, "postgres");
  return store::postgres::open_store(std::move(options));
}

}  // namespace

Result<std::unique_ptr<document::Store>> open_storage(const EntityModel& entity, const StorageContext& context,
                                                      std::vector<const document::Filter*> sql_filters) {
  const StorageConfig& storage = entity.storage;
  if (context.embedded_folder)
    return open_sqlite(entity, context, *context.embedded_folder / file_name(storage.collection), std::move(sql_filters));
  if (storage.type == "sqlite") return open_sqlite(entity, context, sqlite_file(storage, context.config_folder), std::move(sql_filters));
  if (storage.type == "mongo") return open_mongo(entity, context);
  if (storage.type == "postgres") return open_postgres(entity, context, std::move(sql_filters));
  CHECK(storage.type == "memory");  // the config has no other
  store::memory::Options options;
  if (context.instruments != nullptr) options.measures = document::Measures::of(context.instruments->metrics, entity.name, "memory");
  return store::memory::make_store(std::move(options));
}

document::TracedAs traced_as(const EntityModel& entity, const StorageContext& context) {
  const std::string& type = entity.storage.type;
  document::TracedAs as{.system = type, .collection = entity.storage.collection.empty() ? entity.name : entity.storage.collection};
  if (context.embedded_folder) {
    as.system = "sqlite";
  } else if (type == "mongo") {
    as.system = "mongodb";
  } else if (type == "postgres") {
    as.system = "postgresql";
  }
  return as;
}

}  // namespace millrace::app
