#include "app/check_model.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/json/document.hpp"
#include "rest/fields.hpp"

namespace millrace::app {
namespace {

/// Every path has one owner: what is derived must not meet what is configured, nor the pages that are always there.
void check_paths(const Model& model, std::vector<Problem>& problems) {
  TextMap<std::string> owners{
      {"/", "the start page"}, {"/health", "the health page"}, {"/ready", "the readiness page"}, {"/-/pages", "the files of the pages"}};
  const auto claim = [&](const std::string& path, const std::string& owner, const Place& place) {
    if (path.empty()) return;
    if (path.find_first_of("?# \t") != std::string::npos)
      problems.push_back({place, fmt::format("The path \"{}\" can never be asked for.", path),
                          "Write the path alone, without query, fragment or spaces."});
    auto [known, is_new] = owners.try_emplace(path, owner);
    if (!is_new)
      problems.push_back(
          {place, fmt::format("The path \"{}\" of {} is that of {}.", path, owner, known->second), "Give each its own path."});
  };
  for (std::size_t i = 0; i < model.graphlettes.size(); ++i)
    claim(model.graphlettes[i].path, fmt::format("the graphlette \"{}\"", model.graphlettes[i].path), model.config.graphlettes[i].place);
  if (!model.config.sinks.empty()) owners.try_emplace("/sinks", "the page of the sinks");
  const UnifiedConfig& unified = model.config.unified;
  if (unified.is_on && !unified.is_default_path) claim(unified.path, "the unified endpoint", unified.place);
  // Those that are configured come first.
  for (std::size_t i = 0; i < model.restlettes.size(); ++i) {
    const StorageConfig& storage = model.entities[model.restlettes[i].entity].storage;
    claim(model.restlettes[i].path, fmt::format("the REST API of \"{}\"", storage.collection),
          i < model.config.restlettes.size() ? model.config.restlettes[i].place : storage.place);
  }
}

/// A template in SQL wants a storage that speaks it.
void check_sql(const Model& model, std::vector<Problem>& problems) {
  for (std::size_t i = 0; i < model.graphlettes.size(); ++i) {
    const StorageConfig& storage = model.entities[model.graphlettes[i].entity].storage;
    if (storage.type.empty() || storage.type == "sqlite" || storage.type == "postgres") continue;
    for (const QueryModel& query : model.graphlettes[i].queries)
      if (document::has_sql(query.query.filter))
        problems.push_back(
            {model.config.graphlettes[i].place,
             fmt::format("The template of \"{}\" is SQL, which a storage of type \"{}\" does not speak.", query.query.name, storage.type),
             "Write it as a filter in JSON: {\"payload.name\": \"{{name}}\"}."});
  }
}

/// A REST API answers everything below its path: another path there would take a document's place, or never be asked.
void check_nesting(const Model& model, std::vector<Problem>& problems) {
  const auto refuse_below = [&](const std::string& path, const Place& place) {
    for (const RestletteConfig& above : model.config.restlettes) {
      if (above.path.empty() || !path.starts_with(above.path + '/')) continue;
      problems.push_back({place, fmt::format("The path \"{}\" lies below \"{}\", where it is the address of a document.", path, above.path),
                          "Give each a path of its own, such as /x/api and /y/api."});
    }
  };
  for (const GraphletteConfig& graphlette : model.config.graphlettes) refuse_below(graphlette.path, graphlette.place);
  for (const RestletteConfig& restlette : model.config.restlettes) refuse_below(restlette.path, restlette.place);
  const UnifiedConfig& unified = model.config.unified;
  if (unified.is_on && !unified.is_default_path) refuse_below(unified.path, unified.place);
}

/// Whether a schema's type, if it says one, can be a text or a number.
bool may_be_key(json::Value schema) {
  const auto type = schema.is(json::Kind::object) ? schema.find("type") : std::nullopt;
  if (!type) return true;
  const auto is_key = [](json::Value name) {
    return name.is(json::Kind::string) && (name.string() == "string" || name.string() == "number" || name.string() == "integer");
  };
  if (!type->is(json::Kind::array)) return is_key(*type);
  for (json::Value name = type->first(); !(name == type->end()); name = name.after())
    if (is_key(name)) return true;
  return false;
}

/// A field for idempotency keys that no document can have, or only as something that is no key.
void check_idempotency(const RestletteModel& restlette, const Place& place, std::vector<Problem>& problems) {
  const std::string& name = restlette.creation.idempotency_field;
  if (name.empty() || !restlette.schema) return;
  const rest::Fields fields = rest::read_fields(restlette.schema->text());
  if (fields.find(name) == nullptr) {
    if (!fields.is_closed) return;
    std::vector<std::string> known;
    for (const rest::Field& field : fields.all) known.push_back(field.name);
    const std::string_view near = nearest(name, known);
    problems.push_back(
        {place, fmt::format("idempotency names the field \"{}\", which the schema ({}) does not allow.", name, restlette.schema_origin),
         near.empty() ? fmt::format("One of {}.", fmt::join(known, ", ")) : fmt::format("Did you mean \"{}\"?", near)});
    return;
  }
  const auto schema = json::parse(restlette.schema->text());
  const auto properties = schema ? schema->root().find("properties") : std::nullopt;
  const auto field = properties ? properties->find(name) : std::nullopt;
  if (field && !may_be_key(*field))
    problems.push_back({place, fmt::format("idempotency names the field \"{}\", which is neither a text nor a number.", name),
                        "Name a field whose type is string, number or integer."});
}

/// Two APIs over one storage that do not agree what a document is.
void warn_of_schemas(Model& model) {
  for (std::size_t i = 0; i < model.config.restlettes.size(); ++i) {
    const RestletteModel& own = model.restlettes[i];
    for (std::size_t j = 0; j < i; ++j) {
      const RestletteModel& other = model.restlettes[j];
      if (own.entity != other.entity || !own.schema || !other.schema || own.schema->text() == other.schema->text()) continue;
      model.warnings.push_back(
          {model.config.restlettes[i].place,
           fmt::format("\"{0}\" and \"{1}\" share a storage but not a schema: each gives documents that only the other "
                       "would take, and may refuse to change them; mutations go by the schema of \"{1}\".",
                       own.path, other.path),
           "Give both one schema, or each a collection of its own."});
    }
  }
}

}  // namespace

void check_model(Model& model, std::vector<Problem>& problems) {
  check_paths(model, problems);
  check_nesting(model, problems);
  check_sql(model, problems);
  for (std::size_t i = 0; i < model.config.restlettes.size(); ++i)
    check_idempotency(model.restlettes[i], model.config.restlettes[i].place, problems);
  warn_of_schemas(model);
}

}  // namespace millrace::app
