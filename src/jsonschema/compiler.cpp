#include "jsonschema/compiler.hpp"

#include <fmt/format.h>

namespace millrace::jsonschema {
namespace {

std::string wrong_kind(const Keyword& keyword) {
  return fmt::format("\"{}\" must be {}.", keyword.name, description(keyword.shape));
}

/// How older drafts, and hasty readers, write what the keyword means.
std::string hint_for(const Keyword& keyword, json::Value value) {
  const bool boolean = value.is(json::Kind::boolean);
  switch (keyword.word) {
    case Word::required: return boolean ? "list the names of the required properties in the object's own schema" : "";
    case Word::exclusive_minimum: return boolean ? "\"exclusiveMinimum\" takes the number that \"minimum\" had in draft 4" : "";
    case Word::exclusive_maximum: return boolean ? "\"exclusiveMaximum\" takes the number that \"maximum\" had in draft 4" : "";
    default: return "";
  }
}

}  // namespace

void Compiler::compile(std::uint32_t resource) {
  program_.nodes.resize(2);
  edges_.resize(2);
  program_.root = schema_at(resources_[resource].root, resource);
  do {
    while (!waiting_.empty()) {
      const Waiting next = waiting_.back();
      waiting_.pop_back();
      write(next);
    }
    link_dynamic_anchors();
  } while (!waiting_.empty());
  refuse_loops();
}

SchemaId Compiler::schema_at(Location location, std::uint32_t resource) {
  const json::Value value = program_.sources.value(location);
  if (value.is(json::Kind::boolean)) return value.boolean() ? kAlways : kNever;
  if (const auto known = ids_.find(location); known != ids_.end()) return known->second;
  if (!value.is(json::Kind::object)) {
    problems_.add(location, "A schema must be an object, or true or false.");
    return kNever;
  }
  const auto id = static_cast<SchemaId>(program_.nodes.size());
  ids_.emplace(location, id);
  program_.nodes.push_back({.resource = resource});
  edges_.emplace_back();
  waiting_.push_back({location, resource, id});
  return id;
}

/// A schema inside the one that is being written.
SchemaId Compiler::inner_schema(json::Value value) {
  const Location location = location_of(value);
  return schema_at(location, resources_.rooted_at(location).value_or(now_.resource));
}

/// The same, when it is for the same instance.
SchemaId Compiler::applied_schema(json::Value value) {
  const SchemaId id = inner_schema(value);
  edges_[now_.id].push_back({id, location_of(value)});
  return id;
}

std::optional<Target> Compiler::resolve(json::Value reference) {
  auto target = resources_.find(now_.resource, reference.string(), location_of(reference));
  if (!target) return std::nullopt;
  const json::Value value = program_.sources.value(target->location);
  if (value.is(json::Kind::object) || value.is(json::Kind::boolean)) {
    program_.origin.references.emplace(location_of(reference), *target);
    return target;
  }
  problems_.add(location_of(reference), fmt::format("The reference \"{}\" points to what is no schema.", reference.string()));
  return std::nullopt;
}

void Compiler::write(const Waiting& waiting) {
  now_ = waiting;
  read_words();
  const auto begin = static_cast<std::uint32_t>(program_.code.size());
  write_words();
  SchemaNode& node = program_.nodes[waiting.id];
  node.begin = begin;
  node.end = static_cast<std::uint32_t>(program_.code.size());
  node.collects = word(Word::unevaluated_items) || word(Word::unevaluated_properties);
}

/// Unknown keywords are ignored, as the standard says: "faker" and its like are for others.
void Compiler::read_words() {
  words_ = {};
  for (json::Value key = schema().first(); !(key == schema().end()); key = key.after().after()) {
    const Keyword* keyword = find_keyword(key.string(), resource().draft);
    if (keyword == nullptr) warn_of_keyword(key);
    if (keyword == nullptr || (keyword->validation && !resource().validates)) continue;
    if (check(*keyword, key.after())) words_[static_cast<std::size_t>(keyword->word)] = key.after();
  }
  if (resource().draft == Draft::draft_7 && word(Word::ref)) keep_reference_alone();
}

/// In draft 7 a $ref stands alone.
void Compiler::keep_reference_alone() {
  for (json::Value key = schema().first(); !(key == schema().end()); key = key.after().after()) {
    const Keyword* keyword = find_keyword(key.string(), resource().draft);
    if (keyword == nullptr || keyword->word == Word::ref || keyword->word == Word::definitions) continue;
    warn_beside_reference(*keyword, key);
    words_[static_cast<std::size_t>(keyword->word)].reset();
  }
}

bool Compiler::check(const Keyword& keyword, json::Value value) {
  const bool list_of_items = keyword.shape == Shape::schema && keyword.word == Word::items && value.is(json::Kind::array);
  if (list_of_items) {
    problems_.add(location_of(value), "\"items\" must be a schema.", "\"prefixItems\" takes a list in draft 2020-12");
    return false;
  }
  if (fits(keyword.shape, value)) return true;
  problems_.add(location_of(value), wrong_kind(keyword), hint_for(keyword, value));
  return false;
}

/// What is cheap and fails often first; what asks the others at the end.
void Compiler::write_words() {
  write_assertions();
  write_applicators();
  for (const Word definitions : {Word::defs, Word::definitions}) {
    if (!word(definitions)) continue;
    for (const json::Value& value : schemas_in(Shape::schema_map, *word(definitions))) inner_schema(value);
  }
}

void Compiler::emit(Op op, Word word, std::uint8_t kinds, std::uint32_t a, std::uint32_t b) {
  program_.code.push_back({op, word, kinds, a, b});
}

void Compiler::apply(Word word, json::Value value) {
  emit(Op::apply, word, kAnyKind, applied_schema(value));
}

/// A resource can have an anchor of a name that a $dynamicRef asks for without being reached in another way.
void Compiler::link_dynamic_anchors() {
  for (const auto& [name, number] : dynamic_names_) {
    DynamicAnchors anchors;
    for (std::uint32_t i = 0; i < resources_.size(); ++i) {
      const auto found = resources_[i].dynamic_anchors.find(name);
      if (found != resources_[i].dynamic_anchors.end()) anchors.emplace_back(i, schema_at(found->second, i));
    }
    program_.dynamic_anchors[number] = std::move(anchors);
  }
}

/// A schema that applies itself to the same instance never ends. Depth first, with the way back in a list instead of on the stack.
void Compiler::refuse_loops() {
  enum class Mark : char { fresh, open, done };
  std::vector<Mark> marks(edges_.size(), Mark::fresh);
  std::vector<std::pair<SchemaId, std::size_t>> way;
  for (SchemaId start = 0; start < edges_.size(); ++start) {
    if (marks[start] != Mark::fresh) continue;
    way.emplace_back(start, 0);
    while (!way.empty()) {
      auto& [at, next] = way.back();
      marks[at] = Mark::open;
      if (next == edges_[at].size()) {
        marks[at] = Mark::done;
        way.pop_back();
        continue;
      }
      const Edge& edge = edges_[at][next++];
      if (marks[edge.to] == Mark::open) problems_.add(edge.place, "This schema refers back to itself for the same value, without end.");
      if (marks[edge.to] == Mark::fresh) way.emplace_back(edge.to, 0);
    }
  }
}

}  // namespace millrace::jsonschema
