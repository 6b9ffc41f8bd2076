#include "app/model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/check_model.hpp"
#include "app/derive_mutations.hpp"
#include "app/derive_processors.hpp"
#include "app/derive_queries.hpp"
#include "app/derive_relations.hpp"
#include "app/derive_restlettes.hpp"
#include "app/derive_rules.hpp"
#include "app/derive_sinks.hpp"
#include "app/derive_subgraphs.hpp"
#include "app/derive_subscriptions.hpp"
#include "app/derive_unified.hpp"
#include "app/source_file.hpp"

namespace millrace::app {
namespace {

std::size_t entity_of(Model& model, const StorageConfig& storage) {
  for (std::size_t i = 0; i < model.entities.size(); ++i)
    if (model.entities[i].storage.identity() == storage.identity()) return i;
  const auto bears = [&model](const std::string& name) {
    return std::ranges::any_of(model.entities, [&name](const EntityModel& entity) { return entity.name == name; });
  };
  std::string name = storage.collection;
  for (int count = 2; bears(name); ++count)
    name = fmt::format("{} ({}{})", storage.collection, storage.type, count == 2 ? "" : fmt::format(" {}", count));
  model.entities.push_back({.storage = storage, .name = std::move(name), .indexes = {}});
  return model.entities.size() - 1;
}

void derive_from_sdl(GraphletteModel& graphlette, const GraphletteConfig& config, const SourceText& source,
                     std::vector<Problem>& problems) {
  auto schema = graphql::build_schema(source.text, source.name);
  if (!schema) {
    explain_federation_directives(schema.error());
    std::ranges::move(schema.error(), std::back_inserter(problems));
    return;
  }
  graphlette.schema = *std::move(schema);
  graphlette.type = entity_type(*graphlette.schema, config, source.name, problems);
  if (graphlette.type != nullptr) graphlette.queries = derive_queries(*graphlette.schema, *graphlette.type, config, source.name, problems);
}

/// Gives the source of its SDL, whose places later problems may name.
std::optional<SourceText> add_graphlette(Model& model, const GraphletteConfig& config, std::vector<Problem>& problems) {
  GraphletteModel& graphlette = model.graphlettes.emplace_back();
  graphlette.path = config.path;
  graphlette.entity = entity_of(model, config.storage);
  if (!config.schema) return std::nullopt;
  auto source = read_source(*config.schema, model.config.file);
  if (!source) {
    std::ranges::move(source.error(), std::back_inserter(problems));
    return std::nullopt;
  }
  graphlette.schema_file = source->file;
  graphlette.schema_name = source->name;
  derive_from_sdl(graphlette, config, *source, problems);
  return *std::move(source);
}

/// What queries and rules compare is indexed, except ids, which every store finds anyway.
void collect_indexes(Model& model) {
  const auto add = [](EntityModel& entity, const document::Filter& filter) {
    std::vector<document::FieldPath> paths;
    document::collect_indexable(filter, paths);
    for (document::FieldPath& path : paths) {
      if (path.root == document::FieldPath::Root::id || std::ranges::find(entity.indexes, path) != entity.indexes.end()) continue;
      entity.indexes.push_back(std::move(path));
    }
  };
  for (const GraphletteModel& graphlette : model.graphlettes)
    for (const QueryModel& query : graphlette.queries) add(model.entities[graphlette.entity], query.query.filter);
  for (EntityModel& entity : model.entities)
    for (const access::Rule& rule : entity.rules.value_or(access::Rules()).rules) add(entity, rule.where);
}

}  // namespace

const QueryModel* GraphletteModel::query(std::string_view name) const {
  for (const QueryModel& query : queries)
    if (query.query.name == name) return &query;
  return nullptr;
}

Checked<Model> derive_model(Config config, std::uint16_t port) {
  Model model;
  model.config = std::move(config);
  std::vector<Problem> problems = model.config.problems;
  if (model.config.auth) model.warnings = model.config.auth->warnings;
  std::vector<SourceText> sources;
  for (const GraphletteConfig& graphlette : model.config.graphlettes)
    if (auto source = add_graphlette(model, graphlette, problems)) sources.push_back(*std::move(source));
  for (const RestletteConfig& restlette : model.config.restlettes) entity_of(model, restlette.storage);
  derive_relations(model, port, problems);
  derive_restlettes(model, problems);
  derive_rules(model, problems);
  derive_processors(model, problems);
  derive_mutations(model, problems);
  derive_subscriptions(model, problems);
  derive_sinks(model, problems);
  collect_indexes(model);
  derive_references(model);
  check_model(model, problems);
  for (const SourceText& source : sources) {
    problems = placed(std::move(problems), source);
    model.warnings = placed(std::move(model.warnings), source);
  }
  if (problems.empty()) model.unified = derive_unified(model, sources, problems);
  if (problems.empty()) derive_subgraphs(model, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return model;
}

}  // namespace millrace::app
