#include "graphql/type/definitions.hpp"

#include <algorithm>

#include "graphql/type/built_in.hpp"

namespace millrace::graphql {
namespace {

template <class T>
const T* find_by_name(const NodeList<T>& items, std::string_view name) {
  auto found = std::ranges::find_if(items, [name](const T& item) { return item.name.text == name; });
  return found == items.end() ? nullptr : &*found;
}

/// The item in whichever part of the type has it.
template <class T>
const T* find_in_parts(const TypeParts* type, std::string_view name, NodeList<T> TypeDefinition::* items) {
  if (type == nullptr) return nullptr;
  for (const TypeDefinition* part : type->parts)
    if (const T* found = find_by_name(part->*items, name)) return found;
  return nullptr;
}

}  // namespace

Definitions::Definitions(const Document& sdl, const Document& built_in) : built_in_(built_in) {
  for (const TypeDefinition& type : built_in.types)
    if (is_specified_type(type.name.text)) types_[type.name.text] = {{&type}, true};
  add_types(sdl, false);
  add_types(built_in, true);
  for (const TypeDefinition& type : sdl.types) {
    auto found = types_.find(type.name.text);
    if (type.extension && found != types_.end() && !found->second.built_in) found->second.parts.push_back(&type);
  }
  for (const Document* document : {&sdl, &built_in})
    for (const DirectiveDefinition& definition : document->directives)
      if (!definition.extension && directive(definition.name.text) == nullptr) directives_.push_back(&definition);
}

void Definitions::add_types(const Document& document, bool is_built_in) {
  for (const TypeDefinition& type : document.types) {
    if (type.extension) continue;
    bool is_new = types_.try_emplace(type.name.text, TypeParts{{&type}, is_built_in}).second;
    bool is_named_first =
        is_new || (is_specified_type(type.name.text) && std::ranges::find(type_names_, type.name.text) == type_names_.end());
    if (!is_built_in && is_named_first) type_names_.push_back(type.name.text);
  }
}

const TypeParts* Definitions::type(std::string_view name) const {
  auto found = types_.find(name);
  return found == types_.end() ? nullptr : &found->second;
}

const DirectiveDefinition* Definitions::directive(std::string_view name) const {
  auto found = std::ranges::find_if(directives_, [name](const DirectiveDefinition* item) { return item->name.text == name; });
  return found == directives_.end() ? nullptr : *found;
}

bool Definitions::is_built_in(const DirectiveDefinition& item) const {
  return std::ranges::any_of(built_in_.directives, [&item](const DirectiveDefinition& known) { return &known == &item; });
}

const FieldDefinition* Definitions::field(std::string_view type_name, std::string_view name) const {
  return find_in_parts(type(type_name), name, &TypeDefinition::fields);
}

const InputValueDefinition* Definitions::argument(std::string_view type_name, std::string_view field_name, std::string_view name) const {
  const FieldDefinition* owner = field(type_name, field_name);
  return owner == nullptr ? nullptr : find_by_name(owner->arguments, name);
}

const InputValueDefinition* Definitions::input_field(std::string_view type_name, std::string_view name) const {
  return find_in_parts(type(type_name), name, &TypeDefinition::input_fields);
}

}  // namespace millrace::graphql
