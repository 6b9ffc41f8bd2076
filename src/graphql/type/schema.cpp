#include "graphql/type/schema.hpp"

#include <algorithm>

#include "base/result.hpp"

namespace millrace::graphql {
namespace {

template <class T>
const T* find_by_name(const std::vector<T>& items, std::string_view name) {
  auto found = std::ranges::find(items, name, &T::name);
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

std::string TypeRef::to_string() const {
  std::string text = named->name;
  for (auto wrapper = wrappers.rbegin(); wrapper != wrappers.rend(); ++wrapper) {
    if (*wrapper == Wrapper::list) text.insert(0, 1, '[');
    text += *wrapper == Wrapper::list ? ']' : '!';
  }
  return text;
}

const InputValue* Field::argument(std::string_view argument_name) const {
  return find_by_name(arguments, argument_name);
}

const InputValue* DirectiveType::argument(std::string_view argument_name) const {
  return find_by_name(arguments, argument_name);
}

const Field* Type::field(std::string_view field_name) const {
  auto found = field_index_.find(field_name);
  return found == field_index_.end() || found->second >= fields.size() ? nullptr : &fields[found->second];
}

const InputValue* Type::input_field(std::string_view field_name) const {
  auto found = field_index_.find(field_name);
  return found == field_index_.end() || found->second >= input_fields.size() ? nullptr : &input_fields[found->second];
}

bool Type::has_value(std::string_view value_name) const {
  return find_by_name(values, value_name) != nullptr;
}

bool Type::includes(const Type& object) const {
  return this == &object || std::ranges::find(possible, &object) != possible.end();
}

const Type* Schema::root(OperationType operation) const {
  switch (operation) {
    case OperationType::query: return query_;
    case OperationType::mutation: return mutation_;
    case OperationType::subscription: return subscription_;
  }
  return nullptr;
}

const Type* Schema::type(std::string_view name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const DirectiveType* Schema::directive(std::string_view name) const {
  auto found = std::ranges::find(directives_, name, &DirectiveType::name);
  return found == directives_.end() ? nullptr : &*found;
}

const Field* Schema::field(const Type& parent, std::string_view name) const {
  if (name.starts_with("__")) {
    if (name == "__typename") return parent.is_composite() ? &typename_ : nullptr;
    if (&parent == query_ && name == "__schema") return &schema_field_;
    if (&parent == query_ && name == "__type") return &type_field_;
  }
  return parent.field(name);
}

std::optional<TypeRef> Schema::resolve(const TypeReference& reference) const {
  TypeRef resolved;
  const TypeReference* at = &reference;
  for (; at->kind != TypeReference::Kind::named; at = at->of.get())
    resolved.wrappers.push_back(at->kind == TypeReference::Kind::list ? TypeRef::Wrapper::list : TypeRef::Wrapper::non_null);
  resolved.named = type(at->name.text);
  if (resolved.named == nullptr) return std::nullopt;
  return resolved;
}

}  // namespace millrace::graphql
