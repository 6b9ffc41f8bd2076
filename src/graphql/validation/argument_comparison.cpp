#include "graphql/validation/argument_comparison.hpp"

#include <algorithm>

#include "graphql/language/parser.hpp"

namespace millrace::graphql::validation {
namespace {

/// kind, size ":" text, or kind, count ":" parts: no text can be taken for another.
void append_part(std::string& key, char kind, std::string_view text) {
  key.append(1, kind).append(std::to_string(text.size())).append(1, ':').append(text);
}

void append_key(std::string& key, const Value& value);

void append_object(std::string& key, const Value& value) {
  std::vector<const ObjectField*> fields;
  for (const ObjectField& field : value.fields) fields.push_back(&field);
  // Fields of one name stay as they stand: their addresses ascend.
  std::ranges::sort(fields, {}, [](const ObjectField* field) { return std::pair(field->name.text, field); });
  append_part(key, '{', std::to_string(fields.size()));
  for (const ObjectField* field : fields) {
    append_part(key, 'f', field->name.text);
    append_key(key, field->value);
  }
}

void append_key(std::string& key, const Value& value) {
  switch (value.kind) {
    case ValueKind::variable: return append_part(key, '$', value.text);
    case ValueKind::integer: return append_part(key, 'i', value.text);
    case ValueKind::floating: return append_part(key, 'd', value.text);
    case ValueKind::string: return append_part(key, value.block ? 'b' : 's', string_value(value));
    case ValueKind::boolean: return append_part(key, '?', value.text);
    case ValueKind::null: return append_part(key, '0', {});
    case ValueKind::enumeration: return append_part(key, 'e', value.text);
    case ValueKind::list:
      append_part(key, '[', std::to_string(value.items.size()));
      for (const Value& item : value.items) append_key(key, item);
      return;
    case ValueKind::object: return append_object(key, value);
  }
}

}  // namespace

std::string comparison_key(const Value& value) {
  std::string key;
  append_key(key, value);
  return key;
}

ArgumentComparison::Outcome ArgumentComparison::compare(const Arguments& a, const Arguments& b) {
  if (a.size() != b.size()) return {};
  Outcome outcome;
  for (const Argument& argument : a) {
    ++outcome.work;
    const Value* other = find(b, argument.name.text);
    if (other == nullptr || key_of(argument.value) != key_of(*other)) return outcome;
  }
  outcome.is_same = true;
  return outcome;
}

/// The last one of the name.
const Value* ArgumentComparison::find(const Arguments& arguments, std::string_view name) {
  const auto [entry, is_new] = by_name_.try_emplace(&arguments);
  if (is_new) {
    for (const Argument& argument : arguments) entry->second[argument.name.text] = &argument.value;
  }
  const Value* const* found = entry->second.find(name);
  return found != nullptr ? *found : nullptr;
}

const std::string& ArgumentComparison::key_of(const Value& value) {
  std::string& key = keys_[&value];
  if (key.empty()) key = comparison_key(value);
  return key;
}

}  // namespace millrace::graphql::validation
