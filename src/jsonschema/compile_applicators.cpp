// Keywords that apply other schemas to the instance or to what is in it (class Compiler of compiler.hpp).
#include <utility>

#include "jsonschema/compiler.hpp"

namespace millrace::jsonschema {
namespace {

template <class Table>
std::uint32_t next_place(const Table& table) {
  return static_cast<std::uint32_t>(table.size());
}

std::vector<std::string> strings_in(json::Value list) {
  std::vector<std::string> strings;
  for (json::Value value = list.first(); !(value == list.end()); value = value.after()) strings.push_back(value.string());
  return strings;
}

}  // namespace

void Compiler::write_applicators() {
  write_members();
  write_items();
  write_contains();
  write_dependencies();
  if (const auto& names = word(Word::property_names)) {
    emit(Op::property_names, Word::property_names, bit(json::Kind::object), inner_schema(*names));
  }
  write_references();
  write_logic();
  write_condition();
  write_unevaluated();
}

void Compiler::write_references() {
  if (const auto& reference = word(Word::ref)) {
    if (const auto target = resolve(*reference)) {
      const SchemaId id = schema_at(target->location, target->resource);
      edges_[now_.id].push_back({id, location_of(*reference)});
      emit(Op::apply, Word::ref, kAnyKind, id);
    }
  }
  const auto& reference = word(Word::dynamic_ref);
  const auto target = reference ? resolve(*reference) : std::nullopt;
  if (!target) return;
  const SchemaId id = schema_at(target->location, target->resource);
  const std::string text = reference->string();
  const std::string name = text.substr(text.find('#') + 1);
  const auto& anchors = resources_[target->resource].dynamic_anchors;
  const auto anchor = anchors.find(name);
  if (anchor == anchors.end() || anchor->second != target->location) {
    // It does not start at a $dynamicAnchor: then it is a plain $ref.
    edges_[now_.id].push_back({id, location_of(*reference)});
    return emit(Op::apply, Word::dynamic_ref, kAnyKind, id);
  }
  const auto [number, added] = dynamic_names_.emplace(name, next_place(program_.dynamic_anchors));
  if (added) program_.dynamic_anchors.emplace_back();
  emit(Op::dynamic, Word::dynamic_ref, kAnyKind, number->second, id);
}

void Compiler::write_members() {
  MemberRule rule;
  std::vector<std::string> names;
  if (const auto& properties = word(Word::properties)) {
    for (json::Value key = properties->first(); !(key == properties->end()); key = key.after().after()) {
      names.push_back(key.string());
      rule.known.push_back({.schema = inner_schema(key.after())});
    }
  }
  collect_required(rule, names);
  if (const auto& patterns = word(Word::pattern_properties)) {
    for (json::Value key = patterns->first(); !(key == patterns->end()); key = key.after().after()) {
      rule.patterns.emplace_back(pattern(key), inner_schema(key.after()));
    }
  }
  if (const auto& additional = word(Word::additional_properties)) rule.additional = inner_schema(*additional);
  if (names.empty() && rule.patterns.empty() && rule.additional == kNoSchema) return;
  rule.names = NameTable(std::move(names));
  emit(Op::members, Word::properties, bit(json::Kind::object), next_place(program_.member_rules));
  program_.member_rules.push_back(std::move(rule));
}

void Compiler::collect_required(MemberRule& rule, std::vector<std::string>& names) {
  if (!word(Word::required)) return;
  TextMap<std::size_t> places;
  for (std::size_t i = 0; i < names.size(); ++i) places.emplace(names[i], i);
  for (std::string& name : strings_in(*word(Word::required))) {
    const auto [place, added] = places.emplace(name, names.size());
    if (added) {
      names.push_back(std::move(name));
      rule.known.emplace_back();
    }
    bool& required = rule.known[place->second].required;
    rule.required_count += required ? 0 : 1;
    required = true;
  }
}

/// Draft 7 has a list in items and the rest in additionalItems; 2020-12 has the list in prefixItems and the rest in items.
void Compiler::write_items() {
  ItemRule rule;
  const auto& items = word(Word::items);
  const bool list_in_items = items && items->is(json::Kind::array);
  const auto& prefix = list_in_items ? items : word(Word::prefix_items);
  const auto& rest = list_in_items ? word(Word::additional_items) : items;
  rule.prefix_word = list_in_items ? Word::items : Word::prefix_items;
  rule.rest_word = list_in_items ? Word::additional_items : Word::items;
  if (prefix) {
    for (const json::Value& value : schemas_in(Shape::schemas, *prefix)) rule.prefix.push_back(inner_schema(value));
  }
  if (rest) rule.rest = inner_schema(*rest);
  // It stands without a list to be additional to, and says nothing; it is read for its problems.
  if (const auto& additional = word(Word::additional_items); additional && !list_in_items) inner_schema(*additional);
  if (rule.prefix.empty() && rule.rest == kNoSchema) return;
  emit(Op::items, rule.rest_word, bit(json::Kind::array), next_place(program_.item_rules));
  program_.item_rules.push_back(std::move(rule));
}

void Compiler::write_contains() {
  const auto& contains = word(Word::contains);
  if (!contains) return;
  ContainsRule rule{.schema = inner_schema(*contains), .marks = resource().draft == Draft::draft_2020_12};
  if (const auto& least = word(Word::min_contains)) rule.least = limit(*least);
  if (const auto& most = word(Word::max_contains)) rule.most = limit(*most);
  emit(Op::contains, Word::contains, bit(json::Kind::array), next_place(program_.contains_rules));
  program_.contains_rules.push_back(rule);
}

void Compiler::write_dependencies() {
  for (const Word keyword : {Word::dependent_required, Word::dependent_schemas, Word::dependencies}) {
    const auto& value = word(keyword);
    if (!value) continue;
    for (json::Value key = value->first(); !(key == value->end()); key = key.after().after()) write_dependency(keyword, key, key.after());
  }
}

void Compiler::write_dependency(Word keyword, json::Value name, json::Value value) {
  constexpr std::uint8_t kObject = bit(json::Kind::object);
  if (value.is(json::Kind::array)) {
    emit(Op::dependent_names, keyword, kObject, next_place(program_.dependent_names));
    program_.dependent_names.push_back({name.string(), strings_in(value)});
  } else {
    emit(Op::dependent_schema, keyword, kObject, next_place(program_.names), applied_schema(value));
    program_.names.push_back(name.string());
  }
}

void Compiler::write_logic() {
  if (const auto& all = word(Word::all_of)) {
    for (const json::Value& value : schemas_in(Shape::schemas, *all)) apply(Word::all_of, value);
  }
  write_list(Op::any_of, Word::any_of);
  write_list(Op::one_of, Word::one_of);
  if (const auto& negated = word(Word::negation)) emit(Op::negation, Word::negation, kAnyKind, applied_schema(*negated));
}

void Compiler::write_list(Op op, Word keyword) {
  if (!word(keyword)) return;
  std::vector<SchemaId> schemas;
  for (const json::Value& value : schemas_in(Shape::schemas, *word(keyword))) schemas.push_back(applied_schema(value));
  emit(op, keyword, kAnyKind, next_place(program_.children), next_place(schemas));
  program_.children.insert(program_.children.end(), schemas.begin(), schemas.end());
}

void Compiler::write_condition() {
  const auto part = [&](Word keyword) { return word(keyword) ? applied_schema(*word(keyword)) : kAlways; };
  const SchemaId condition = part(Word::condition);
  const SchemaId consequence = part(Word::consequence);
  const SchemaId alternative = part(Word::alternative);
  if (!word(Word::condition)) return;
  emit(Op::condition, Word::condition, kAnyKind, next_place(program_.children));
  program_.children.insert(program_.children.end(), {condition, consequence, alternative});
}

void Compiler::write_unevaluated() {
  if (const auto& items = word(Word::unevaluated_items)) {
    emit(Op::unevaluated_items, Word::unevaluated_items, bit(json::Kind::array), inner_schema(*items));
  }
  if (const auto& properties = word(Word::unevaluated_properties)) {
    emit(Op::unevaluated_properties, Word::unevaluated_properties, bit(json::Kind::object), inner_schema(*properties));
  }
}

}  // namespace millrace::jsonschema
