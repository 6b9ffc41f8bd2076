#include "app/derive_lifecycles.hpp"

#include <algorithm>

namespace millrace::app {
namespace {

bool has_story(const Model& model, std::size_t entity) {
  return std::ranges::find(model.references, entity, &ReferenceModel::to) != model.references.end() ||
         std::ranges::find(model.processors, entity, &ProcessorModel::from) != model.processors.end();
}

}  // namespace

void add_lifecycle_fields(const Model& model, UnifiedModel& unified, std::deque<graphql::Type>& types) {
  // Stands for the type by its name, which is all that is printed.
  static const graphql::Type entry = [] {
    graphql::Type type;
    type.name = "LifecycleEntry";
    return type;
  }();
  using Wrapper = graphql::TypeRef::Wrapper;
  const auto is_taken = [](const graphql::Type& type) {
    return type.name == "LifecycleEntry" || type.name == "LifecycleKind" || type.name == "LifecycleAuthor";
  };
  if (std::ranges::any_of(types, is_taken)) return;
  for (const UnifiedMember& member : unified.members) {
    const GraphletteModel& graphlette = model.graphlettes[member.graphlette];
    if (!has_story(model, graphlette.entity)) continue;
    const auto type = std::ranges::find(types, graphlette.type->name, &graphql::Type::name);
    if (type == types.end() || std::ranges::find(type->fields, "lifecycle", &graphql::Field::name) != type->fields.end()) continue;
    graphql::Field& field = type->fields.emplace_back();
    field.name = "lifecycle";
    field.description = "What became of it, in the order in which it happened.";
    field.type = {&entry, {Wrapper::non_null, Wrapper::list, Wrapper::non_null}};
    unified.lifecycles.push_back({type->name, graphlette.entity});
  }
}

}  // namespace millrace::app
