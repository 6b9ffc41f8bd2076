#include "graphql/execution/object_tree.hpp"

#include "base/json/slices.hpp"

namespace millrace::graphql {

void project_object(const PlannedSelection& selection, std::string_view object, std::vector<std::string_view>& slots) {
  const std::size_t wanted = selection.slots.size();
  const std::size_t begin = slots.size();
  slots.resize(begin + wanted);
  if (wanted == 0 || json::kind_of(object) != json::Kind::object) return;
  json::Members members(object);
  std::string_view key, value;
  std::size_t left = wanted;
  while (left > 0 && members.next(key, value)) {
    for (std::size_t i = 0; i < wanted; ++i) {
      if (selection.slots[i] != key) continue;
      slots[begin + i] = value;
      --left;
      break;
    }
  }
}

void project(ObjectSet& set) {
  set.slots.reserve(set.texts.size() * set.selection->slots.size());
  for (std::string_view text : set.texts) project_object(*set.selection, text, set.slots);
}

namespace {

bool declares_every_member(const Type& type, std::string_view object) {
  json::Members members(object);
  std::string_view key, value;
  while (members.next(key, value))
    if (type.field(key.substr(1, key.size() - 2)) == nullptr) return false;
  return true;
}

}  // namespace

const Type* runtime_type(const Type& abstract, std::string_view object) {
  std::string_view name = json::member(object, "\"__typename\"");
  const Type* fitting = nullptr;
  for (const Type* possible : abstract.possible) {
    if (name.starts_with('"')) {
      if (name.size() == possible->name.size() + 2 && name.substr(1, name.size() - 2) == possible->name) return possible;
    } else if (declares_every_member(*possible, object)) {
      if (fitting != nullptr) return nullptr;
      fitting = possible;
    }
  }
  return fitting;
}

const PlannedSelection* selection_of(const PlannedField& field, std::string_view object) {
  const Type& named = *field.field->type.named;
  if (!named.is_abstract()) return field.selections.front();
  const Type* type = runtime_type(named, object);
  return type == nullptr ? nullptr : field.selection_for(*type);
}

}  // namespace millrace::graphql
