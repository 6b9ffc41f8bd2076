#include "app/config.hpp"

#include <set>

#include "app/object_reader.hpp"

namespace millrace::app {
namespace {

constexpr std::uint64_t kSizeMax = 1ull << 40;

const std::vector<std::string>& storage_types() {
  static const std::vector<std::string> types{"mongo", "postgres", "sqlite", "memory"};
  return types;
}

class ConfigReader {
 public:
  explicit ConfigReader(std::vector<Problem>& problems) : problems_(problems) {}

  Config read(const hocon::Value& root) {
    Config config;
    ObjectReader reader(root, "", problems_);
    read_server(reader, config);
    std::size_t index = 0;
    for (const hocon::Value* object : reader.objects("graphlettes")) config.graphlettes.push_back(graphlette(*object, index++));
    index = 0;
    for (const hocon::Value* object : reader.objects("restlettes")) config.restlettes.push_back(restlette(*object, index++));
    if (config.graphlettes.empty() && config.restlettes.empty() && problems_.empty())
      reader.problem(root.place, "There is nothing to serve: no graphlettes and no restlettes.",
                     "Add graphlettes = [ { path = /x/graph, schema = x.graphql, storage { ... } } ].");
    reader.finish(true);
    check_paths(config);
    return config;
  }

 private:
  static void read_server(ObjectReader& reader, Config& config) {
    if (auto port = reader.integer("port", 65535)) config.port = static_cast<std::uint16_t>(*port);
    if (auto host = reader.string("host")) config.host = *host;
    config.url = reader.string("url").value_or(fmt::format("http://localhost:{}", config.port));
    while (config.url.ends_with('/')) config.url.pop_back();
    if (auto timeout = reader.duration("shutdownTimeout")) config.shutdown_timeout = *timeout;
    if (const hocon::Value* limits = reader.value("limits")) {
      ObjectReader inner(*limits, "limits", reader.problems());
      if (auto bytes = inner.integer("bodyBytes", kSizeMax)) config.body_bytes_max = *bytes;
      if (auto bytes = inner.integer("bulkBytes", kSizeMax)) config.bulk_bytes_max = *bytes;
      inner.finish();
    }
  }

  GraphletteConfig graphlette(const hocon::Value& object, std::size_t index) {
    ObjectReader reader(object, fmt::format("graphlettes[{}]", index), problems_);
    GraphletteConfig config{.place = object.place};
    config.path = path(reader, "/raw-events/graph");
    if (const hocon::Value* schema = reader.required("schema", "Name the SDL file, or give its text."))
      config.schema = source(reader, *schema, "schema");
    config.storage = storage(reader);
    if (const hocon::Value* root = reader.value("rootConfig")) root_config(*root, reader.where("rootConfig"), config);
    reader.finish();
    return config;
  }

  RestletteConfig restlette(const hocon::Value& object, std::size_t index) {
    ObjectReader reader(object, fmt::format("restlettes[{}]", index), problems_);
    RestletteConfig config{.place = object.place};
    config.path = path(reader, "/raw-events/api");
    if (const hocon::Value* schema = reader.value("schema")) config.schema = source(reader, *schema, "schema");
    config.storage = storage(reader);
    config.immutable = reader.boolean("immutable").value_or(false);
    reader.finish();
    return config;
  }

  std::string path(ObjectReader& reader, std::string_view example) {
    std::string path = reader.required_string("path", fmt::format("Say where it is served: path = \"{}\".", example));
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (!path.empty() && !path.starts_with('/'))
      reader.problem(reader.place(), fmt::format("{} must start with a slash.", reader.where("path")), fmt::format("Write \"/{}\".", path));
    return path;
  }

  /// A string that holds a brace or a line break is the text itself; an object is JSON; any other string names a file.
  SourceConfig source(ObjectReader& reader, const hocon::Value& value, std::string_view key) {
    if (value.kind == hocon::Kind::object) return {value.place, hocon::to_json(value), false};
    if (value.kind != hocon::Kind::string) {
      reader.problem(value.place, fmt::format("{} must name a file or be the text itself.", reader.where(key)));
      return {value.place, {}, false};
    }
    const bool is_text = value.text.find_first_of("{\n") != std::string::npos;
    return {value.place, value.text, !is_text};
  }

  StorageConfig storage(ObjectReader& reader) {
    const hocon::Value* value =
        reader.required("storage", "Say where it is kept: storage { type = sqlite, uri = events.db, collection = events }.");
    if (value == nullptr) return {};
    if (value->kind != hocon::Kind::object) {
      reader.problem(value->place, fmt::format("{} must be an object.", reader.where("storage")));
      return {};
    }
    ObjectReader inner(*value, reader.where("storage"), problems_);
    StorageConfig config{.place = value->place};
    config.type = inner.required_string("type", "One of mongo, postgres, sqlite, memory.");
    config.uri = inner.string("uri").value_or("");
    auto collection = inner.string("collection");
    auto table = inner.string("table");
    config.collection = collection ? *collection : table.value_or("");
    config.database = inner.string("db").value_or("");
    if (const hocon::Value* options = inner.value("options")) config.options = hocon::to_json(*options);
    inner.finish();
    check_storage(inner, config);
    return config;
  }

  static void check_storage(ObjectReader& reader, const StorageConfig& config) {
    const auto& types = storage_types();
    if (!config.type.empty() && std::ranges::find(types, config.type) == types.end()) {
      std::string_view near = nearest(config.type, types);
      reader.problem(reader.place(), fmt::format("There is no storage type \"{}\".", config.type),
                     near.empty() ? "One of mongo, postgres, sqlite, memory." : fmt::format("Did you mean \"{}\"?", near));
    }
    if (config.collection.empty())
      reader.problem(reader.place(), fmt::format("{} is missing.", reader.where("collection")),
                     "Name the collection or table that holds the documents.");
  }

  void root_config(const hocon::Value& value, const std::string& where, GraphletteConfig& config) {
    ObjectReader reader(value, where, problems_);
    for (std::string_view key : {"singletons", "vectors"}) {
      std::size_t index = 0;
      for (const hocon::Value* object : reader.objects(key))
        config.queries.push_back(query(*object, fmt::format("{}.{}[{}]", where, key, index++), key == "vectors"));
    }
    for (std::string_view key :
         {"resolvers", "singletonResolvers", "vectorResolvers", "internalSingletonResolvers", "internalVectorResolvers"}) {
      std::size_t index = 0;
      for (const hocon::Value* object : reader.objects(key))
        config.resolvers.push_back(resolver(*object, fmt::format("{}.{}[{}]", where, key, index++)));
    }
    reader.boolean("dataLoaderEnabled");  // MeshQL's switch for batching, which is always on here
    reader.finish();
  }

  QueryConfig query(const hocon::Value& object, const std::string& where, bool is_list) {
    ObjectReader reader(object, where, problems_);
    QueryConfig config{.place = object.place};
    config.is_list = is_list;
    config.name = reader.required_string("name", "Name the Query field that it answers.");
    if (const hocon::Value* text =
            reader.required("query", "Give the filter as a template: \"\"\"{\"payload.name\": \"{{name}}\"}\"\"\".")) {
      config.query = text->kind == hocon::Kind::object ? hocon::to_json(*text) : text->text;
      config.place = text->place;
    }
    config.id = reader.string("id").value_or("");
    reader.finish();
    return config;
  }

  ResolverConfig resolver(const hocon::Value& object, const std::string& where) {
    ObjectReader reader(object, where, problems_);
    ResolverConfig config{.place = object.place};
    config.name = reader.required_string("name", "Name the field that it resolves.");
    config.id = reader.string("id").value_or("");
    config.query_name = reader.required_string("queryName", "Name the query of the target that it asks.");
    config.url = reader.string("url").value_or("");
    auto graphlette = reader.string("graphletteName");
    config.graphlette = graphlette ? *graphlette : reader.string("graphlette").value_or("");
    if (config.url.empty() && config.graphlette.empty())
      reader.problem(object.place, fmt::format("{} is missing.", reader.where("url")),
                     "Name the GraphQL endpoint that it asks: url = \"http://localhost:4055/raw-events/graph\".");
    reader.finish();
    return config;
  }

  void check_paths(const Config& config) {
    std::set<std::string> seen;
    auto check = [&](const std::string& path, const Place& place) {
      if (!path.empty() && !seen.insert(path).second)
        problems_.push_back({place, fmt::format("The path \"{}\" is taken already.", path), "Give each its own path."});
    };
    for (const GraphletteConfig& graphlette : config.graphlettes) check(graphlette.path, graphlette.place);
    for (const RestletteConfig& restlette : config.restlettes) check(restlette.path, restlette.place);
  }

  std::vector<Problem>& problems_;
};

}  // namespace

Checked<Config> read_config(const std::filesystem::path& file, const hocon::Options& options) {
  auto root = hocon::parse_file(file, options);
  if (!root) return std::unexpected(std::move(root).error());
  std::vector<Problem> problems;
  Config config = ConfigReader(problems).read(*root);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  config.file = file;
  return config;
}

}  // namespace millrace::app
