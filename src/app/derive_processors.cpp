#include "app/derive_processors.hpp"

#include <algorithm>
#include <optional>

#include "app/derive_reverses.hpp"
#include "app/entity_path.hpp"
#include "app/member_types.hpp"
#include "rest/fields.hpp"

namespace millrace::app {
namespace {

/// Where what is told of attempts is kept: beside the results.
std::size_t attempts_of(Model& model, std::size_t results) {
  StorageConfig storage = model.entities[results].storage;
  storage.collection += "_attempts";
  for (std::size_t i = 0; i < model.attempts.size(); ++i)
    if (model.attempts[i].storage.identity() == storage.identity()) return i;
  model.attempts.push_back({.storage = storage, .name = storage.collection, .indexes = {}});
  return model.attempts.size() - 1;
}

void refuse_taken(const Model& model, const ProcessorModel& processor, std::vector<Problem>& problems) {
  const StorageConfig& attempts = model.attempts[processor.attempts].storage;
  for (const EntityModel& entity : model.entities)
    if (entity.storage.identity() == attempts.identity())
      problems.push_back(
          {processor.config.place,
           fmt::format("\"{}\", where the attempts of this processor would be kept, is an entity of the config.", attempts.collection),
           "Rename its collection or table."});
}

void add_fields(const Model& model, ProcessorModel& processor) {
  for (const RestletteModel& restlette : model.restlettes) {
    if (restlette.entity != processor.to || !restlette.schema) continue;
    processor.schema = restlette.schema;
    const rest::Fields fields = rest::read_fields(restlette.schema->text());
    for (const rest::Field& field : fields.all) processor.fields.names.insert(field.name);
    processor.fields.is_open = !fields.is_closed;
    return;
  }
}

void add_reference(Model& model, std::size_t from, const std::string& key, std::size_t to) {
  const auto is_known = [&](const ReferenceModel& known) { return known.from == from && known.key == key && known.to == to; };
  if (std::ranges::any_of(model.references, is_known)) return;
  model.references.push_back({from, key, to});
  auto& indexes = model.entities[from].indexes;
  if (const auto path = member_path(key); std::ranges::find(indexes, path) == indexes.end()) indexes.push_back(path);
}

}  // namespace

void derive_references(Model& model) {
  for (const ProcessorModel& processor : model.processors)
    if (processor.fields.has("raw_event_id")) add_reference(model, processor.to, "raw_event_id", processor.from);
  for (const GraphletteModel& graphlette : model.graphlettes)
    for (const RelationModel& relation : graphlette.relations)
      if (is_foreign_key(model, graphlette, relation))
        add_reference(model, graphlette.entity, relation.keys.front(), model.graphlettes[relation.target].entity);
}

void derive_processors(Model& model, std::vector<Problem>& problems) {
  for (const ProcessorConfig& config : model.config.processors) {
    const auto from = find_entity(model, config.from, config.from_place, "from", problems);
    const auto to = find_entity(model, config.to, config.to_place, "to", problems);
    if (!from || !to) continue;
    if (*from == *to) {
      problems.push_back({config.to_place, "A processor's results would be events for it again: \"from\" and \"to\" are one entity.",
                          "Let it write to another."});
      continue;
    }
    ProcessorModel& processor = model.processors.emplace_back();
    processor.config = config;
    processor.from = *from;
    processor.to = *to;
    processor.attempts = attempts_of(model, *to);
    add_fields(model, processor);
    refuse_taken(model, processor, problems);
  }
}

}  // namespace millrace::app
