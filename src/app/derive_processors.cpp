#include "app/derive_processors.hpp"

#include <algorithm>
#include <optional>

#include "app/derive_reverses.hpp"
#include "app/entity_path.hpp"
#include "app/member_types.hpp"
#include "base/json/document.hpp"
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

/// What the target's JSON Schema names, and its GraphQL types where that leaves room for more.
void add_fields(const Model& model, ProcessorModel& processor) {
  auto& names = processor.fields.names;
  const auto restlette = std::ranges::find_if(
      model.restlettes, [&](const RestletteModel& one) { return one.entity == processor.to && one.schema != nullptr; });
  if (restlette != model.restlettes.end()) {
    processor.schema = restlette->schema;
    const rest::Fields fields = rest::read_fields(restlette->schema->text());
    for (const rest::Field& field : fields.all) names.insert(field.name);
    if (fields.is_closed) return;
  }
  for (const GraphletteModel& graphlette : model.graphlettes)
    if (graphlette.entity == processor.to && graphlette.type != nullptr)
      for (const graphql::Field& field : graphlette.type->fields) names.insert(field.name);
}

/// What every result has must be possible in the target.
void refuse_unfit(const ProcessorModel& processor, std::vector<Problem>& problems) {
  if (!processor.schema) return;
  const auto refuses = [&](std::string_view name, std::string_view value) {
    const std::string text = fmt::format("{{\"{}\":{}}}", name, value);
    const auto parsed = json::parse(text);
    const std::string path = fmt::format("/{}", name);
    const auto violations = processor.schema->validate(parsed->root(), 100);
    if (std::ranges::find(violations, path, &ErrorDetail::path) == violations.end()) return;
    problems.push_back(
        {processor.config.to_place,
         fmt::format("The JSON Schema of the entity takes no {} {}, which results of \"{}\" may have.", name, value, processor.config.name),
         "Let its schema take it, or write to an entity of the results' own."});
  };
  if (processor.fields.has("status"))
    for (const std::string_view status : {"\"SUCCESS\"", "\"FAILED\""}) refuses("status", status);
  // A schema that does not name it says nothing of ids.
  if (rest::read_fields(processor.schema->text()).find("id") != nullptr) refuses("id", "\"6ba7b811-9dad-51d1-80b4-00c04fd430c8\"");
}

/// A failure has what the service fills in, and nothing else.
void warn_of_required(Model& model, const ProcessorModel& processor) {
  constexpr std::string_view kFilledIn[] = {"id",     "raw_event_id",       "name",         "processed_timestamp",
                                            "status", "processing_time_ms", "error_message"};
  std::vector<std::string> required;
  for (const GraphletteModel& graphlette : model.graphlettes)
    if (graphlette.entity == processor.to && graphlette.type != nullptr)
      for (const graphql::Field& field : graphlette.type->fields)
        if (field.type.is_non_null() && std::ranges::find(kFilledIn, field.name) == std::end(kFilledIn))
          required.push_back(fmt::format("{}.{}", graphlette.type->name, field.name));
  if (required.empty()) return;
  model.warnings.push_back(
      {processor.config.to_place,
       fmt::format("A result of \"{}\" that has FAILED lacks {}, which may not be null: GraphQL then answers with an error.",
                   processor.config.name, fmt::join(required, ", ")),
       "Let what only a success has be nullable."});
}

void add_reference(Model& model, std::size_t from, const std::string& key, std::size_t to) {
  const auto is_known = [&](const ReferenceModel& known) { return known.from == from && known.key == key && known.to == to; };
  if (std::ranges::any_of(model.references, is_known)) return;
  model.references.push_back({from, key, to});
  auto& indexes = model.entities[from].indexes;
  if (const auto path = member_path(key); std::ranges::find(indexes, path) == indexes.end()) indexes.push_back(path);
}

/// Results that become events for the processor that made them, by way of others.
void warn_of_circles(Model& model) {
  for (const ProcessorModel& first : model.processors) {
    std::vector<std::size_t> reached{first.to};
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (const ProcessorModel& next : model.processors)
        if (next.from == reached[i] && std::ranges::find(reached, next.to) == reached.end()) reached.push_back(next.to);
    if (std::ranges::find(reached, first.from) == reached.end()) continue;
    model.warnings.push_back(
        {first.config.to_place,
         fmt::format("What \"{}\" makes comes back to it as events, by way of other processors: one event may become more and more.",
                     first.config.name),
         "See that where lets the circle end."});
  }
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
    refuse_unfit(processor, problems);
    warn_of_required(model, processor);
  }
  warn_of_circles(model);
}

}  // namespace millrace::app
