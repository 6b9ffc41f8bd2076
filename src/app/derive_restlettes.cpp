#include "app/derive_restlettes.hpp"

#include <algorithm>

#include "app/schema_files.hpp"
#include "app/sdl_json_schema.hpp"
#include "app/source_file.hpp"
#include "document/incoming.hpp"

namespace millrace::app {
namespace {

/// A JSON Schema's text and where it is from.
struct SchemaText {
  std::string text;
  std::string name;            // for problems
  std::filesystem::path file;  // for references to files beside it; may be empty
  std::string origin;
};

SchemaText from_sdl(const GraphletteModel& graphlette) {
  std::vector<std::string> relations;
  for (const RelationModel& relation : graphlette.relations) relations.push_back(relation.type + '.' + relation.field);
  std::string origin = fmt::format("derived from type {}", graphlette.type->name);
  return {json_schema_of(*graphlette.type, relations), origin, {}, origin};
}

/// json/<stem>.schema.json beside the folder of <stem>.graphql.
std::optional<SchemaText> beside_sdl(const GraphletteModel& graphlette) {
  if (graphlette.schema_file.empty()) return std::nullopt;
  std::filesystem::path sdl = std::filesystem::absolute(graphlette.schema_file);
  std::filesystem::path file = sdl.parent_path().parent_path() / "json" / (sdl.stem().string() + ".schema.json");
  auto text = read_file(file);
  if (!text) return std::nullopt;
  std::string shown = file.lexically_proximate(std::filesystem::current_path()).string();
  return SchemaText{*std::move(text), shown, file, shown};
}

SchemaText schema_for(const GraphletteModel& graphlette) {
  auto found = beside_sdl(graphlette);
  return found ? *std::move(found) : from_sdl(graphlette);
}

document::CreationRules creation_rules(const jsonschema::Schema& schema, std::string idempotency_field) {
  return {.idempotency_field = std::move(idempotency_field), .needs_own_id = document::id_rule(schema) == document::IdRule::own};
}

class RestletteDeriver {
 public:
  RestletteDeriver(Model& model, std::vector<Problem>& problems) : model_(model), problems_(problems) {}

  void add_configured(const RestletteConfig& config, std::size_t entity) {
    RestletteModel& restlette = model_.restlettes.emplace_back();
    restlette.path = config.path;
    restlette.entity = entity;
    restlette.behaviour = config.behaviour;
    const GraphletteModel* graphlette = graphlette_of(entity);
    if (config.schema) {
      auto source = read_source(*config.schema, model_.config.file);
      if (!source) {
        std::ranges::move(source.error(), std::back_inserter(problems_));
        return;
      }
      compile(restlette, {source->text, source->name, source->file, source->file.empty() ? "the config" : source->name}, *source);
    } else if (graphlette != nullptr) {
      compile(restlette, schema_for(*graphlette));
    } else {
      problems_.push_back({config.place,
                           fmt::format("The restlette \"{}\" has no schema, and no graphlette shares its storage.", config.path),
                           "Name its JSON Schema: schema = include file(json/x.schema.json)."});
    }
  }

  void add_derived(const GraphletteModel& graphlette) {
    const bool is_served =
        std::ranges::any_of(model_.restlettes, [&](const RestletteModel& known) { return known.entity == graphlette.entity; });
    if (is_served || !graphlette.path.ends_with("/graph") || graphlette.type == nullptr) return;
    RestletteModel& restlette = model_.restlettes.emplace_back();
    restlette.path = graphlette.path.substr(0, graphlette.path.size() - 5) + "api";
    restlette.entity = graphlette.entity;
    compile(restlette, schema_for(graphlette));
  }

  DocumentRules rules_of(const GraphletteModel& graphlette) {
    for (const RestletteModel& restlette : model_.restlettes)
      if (restlette.entity == graphlette.entity) return {restlette.schema, restlette.creation};
    RestletteModel only_schema;
    compile(only_schema, schema_for(graphlette));
    return {only_schema.schema, only_schema.creation};
  }

 private:
  const GraphletteModel* graphlette_of(std::size_t entity) const {
    for (const GraphletteModel& graphlette : model_.graphlettes)
      if (graphlette.entity == entity && graphlette.type != nullptr) return &graphlette;
    return nullptr;
  }

  void compile(RestletteModel& restlette, const SchemaText& schema, const SourceText& source = {}) {
    jsonschema::CompileOptions options;
    options.load = load_schema_file;
    options.base_uri = file_uri(schema.file.empty() ? model_.config.file : schema.file);
    auto compiled = jsonschema::compile(schema.text, schema.name, options);
    if (!compiled) {
      std::ranges::move(placed(std::move(compiled).error(), source), std::back_inserter(problems_));
      return;
    }
    if (document::id_rule(*compiled) == document::IdRule::none) {
      std::vector<Problem> none = {{{.file = schema.name},
                                    "No document fits this schema: each is an object, whose id is a string.",
                                    "Let its type be object, and that of its property \"id\" be string."}};
      std::ranges::move(placed(std::move(none), source), std::back_inserter(problems_));
      return;
    }
    std::ranges::move(placed(compiled->warnings(), source), std::back_inserter(model_.warnings));
    restlette.schema = std::make_shared<const jsonschema::Schema>(*std::move(compiled));
    restlette.schema_origin = schema.origin;
    restlette.creation = creation_rules(*restlette.schema, restlette.behaviour.idempotency_field);
  }

  Model& model_;
  std::vector<Problem>& problems_;
};

}  // namespace

void derive_restlettes(Model& model, std::vector<Problem>& problems) {
  RestletteDeriver deriver(model, problems);
  for (const RestletteConfig& config : model.config.restlettes) {
    auto entity = std::ranges::find_if(model.entities,
                                       [&](const EntityModel& known) { return known.storage.identity() == config.storage.identity(); });
    CHECK(entity != model.entities.end());
    deriver.add_configured(config, static_cast<std::size_t>(entity - model.entities.begin()));
  }
  for (const GraphletteModel& graphlette : model.graphlettes) deriver.add_derived(graphlette);
}

DocumentRules document_rules(Model& model, const GraphletteModel& graphlette, std::vector<Problem>& problems) {
  return RestletteDeriver(model, problems).rules_of(graphlette);
}

}  // namespace millrace::app
