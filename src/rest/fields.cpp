#include "rest/fields.hpp"

#include <algorithm>

#include "base/json/document.hpp"

namespace millrace::rest {
namespace {

using json::Kind;
using json::Value;

/// Notes the scalars that a schema allows; false when it does not say, or allows what filters do not look into.
class Scalars {
 public:
  explicit Scalars(Field& field) : field_(field) {}

  bool read(Value schema, bool in_array = false) {
    if (!schema.is(Kind::object) || schema.find("$ref")) return false;
    if (auto value = schema.find("const")) return allow(value->kind());
    if (auto values = schema.find("enum")) return allow_each(*values);
    auto type = schema.find("type");
    if (!type) return false;
    if (type->is(Kind::string)) return allow(type->string(), schema, in_array);
    bool says = true;
    for (Value name = type->first(); !(name == type->end()); name = name.after()) says = says && allow(name.string(), schema, in_array);
    return says;
  }

 private:
  bool allow(std::string_view type, Value schema, bool in_array) {
    if (type == "string") return field_.is_text = true;
    if (type == "number" || type == "integer") return field_.is_number = true;
    if (type == "boolean") return field_.is_boolean = true;
    if (type == "null") return field_.is_null = true;
    if (type == "object") return true;
    auto items = schema.find("items");
    return type == "array" && !in_array && items && read(*items, true);
  }

  bool allow(Kind kind) {
    switch (kind) {
      case Kind::string: return field_.is_text = true;
      case Kind::number: return field_.is_number = true;
      case Kind::boolean: return field_.is_boolean = true;
      case Kind::null: return field_.is_null = true;
      default: return false;
    }
  }

  bool allow_each(Value values) {
    bool says = values.is(Kind::array);
    for (Value value = values.first(); says && !(value == values.end()); value = value.after()) says = allow(value.kind());
    return says;
  }

  Field& field_;
};

}  // namespace

const Field* Fields::find(std::string_view name) const {
  auto found = std::ranges::find(all, name, &Field::name);
  return found == all.end() ? nullptr : &*found;
}

Fields read_fields(std::string_view schema) {
  Fields fields;
  auto parsed = json::parse(schema);
  if (!parsed || !parsed->root().is(Kind::object)) return fields;
  auto others = parsed->root().find("additionalProperties");
  auto properties = parsed->root().find("properties");
  fields.is_closed = others && others->is(Kind::boolean) && !others->boolean() && !parsed->root().find("patternProperties");
  if (!properties || !properties->is(Kind::object)) return fields;
  for (Value key = properties->first(); !(key == properties->end()); key = key.after().after()) {
    Field field{key.string(), false, false, false, false};
    if (!Scalars(field).read(key.after())) field = {field.name};
    fields.all.push_back(std::move(field));
  }
  return fields;
}

}  // namespace millrace::rest
