#include "app/check.hpp"

#include <algorithm>

#include "document/filter_text.hpp"
#include "rest/operations.hpp"

namespace millrace::app {
namespace {

void describe_entity(std::string& out, const EntityModel& entity) {
  std::vector<std::string> indexes;
  for (const document::FieldPath& path : entity.indexes) indexes.push_back(path.to_string());
  fmt::format_to(std::back_inserter(out), "  storage   {} {}{}{}\n", entity.storage.type, entity.storage.uri,
                 entity.storage.uri.empty() ? "" : " ", entity.storage.collection);
  fmt::format_to(std::back_inserter(out), "  indexes   id{}{}\n", indexes.empty() ? "" : ", ", fmt::join(indexes, ", "));
}

void describe_graphlette(std::string& out, const Model& model, const GraphletteModel& graphlette) {
  for (const QueryModel& query : graphlette.queries) {
    const graphql::Field* field = graphlette.schema->query()->field(query.query.name);
    fmt::format_to(std::back_inserter(out), "  query     {}: {}  where {}  ({})\n", query.query.name, field->type.to_string(),
                   document::to_string(query.query.filter, query.query.parameters), query.origin == "derived" ? "derived" : "template");
  }
  for (const RelationModel& relation : graphlette.relations) {
    fmt::format_to(std::back_inserter(out), "  resolver  {}.{} follows {} to {} at {}\n", relation.type, relation.field,
                   fmt::join(relation.keys, ", else "), relation.query, model.graphlettes[relation.target].path);
  }
}

void describe_restlette(std::string& out, const RestletteModel& restlette) {
  fmt::format_to(std::back_inserter(out), "  schema    {}\n", restlette.schema_origin);
  using enum rest::Target;
  for (const rest::Target target : {collection, document, history, bulk})
    fmt::format_to(std::back_inserter(out), "  route     {}{}  {}\n", restlette.path, rest::path_template(target),
                   rest::allowed_methods(target, restlette.behaviour.immutable));
}

}  // namespace

std::string describe(const Model& model) {
  std::string out;
  for (std::size_t entity = 0; entity < model.entities.size(); ++entity) {
    fmt::format_to(std::back_inserter(out), "{}\n", model.entities[entity].storage.collection);
    describe_entity(out, model.entities[entity]);
    for (const RestletteModel& restlette : model.restlettes) {
      if (restlette.entity != entity) continue;
      fmt::format_to(std::back_inserter(out), "  REST      {}\n", restlette.path);
      describe_restlette(out, restlette);
    }
    for (const GraphletteModel& graphlette : model.graphlettes) {
      if (graphlette.entity != entity) continue;
      fmt::format_to(std::back_inserter(out), "  GraphQL   {}  (type {})\n", graphlette.path, graphlette.type->name);
      describe_graphlette(out, model, graphlette);
    }
    out += '\n';
  }
  return out;
}

}  // namespace millrace::app
