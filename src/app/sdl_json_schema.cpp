#include "app/sdl_json_schema.hpp"

#include <algorithm>

#include "base/json/canonical.hpp"

namespace millrace::app {
namespace {

constexpr int kNestingMax = 8;  // of object types inside the entity; deeper, and in circles, anything goes

std::string schema_of(const graphql::TypeRef& type, int nesting);

std::string scalar_schema(const graphql::Type& type) {
  if (type.name == "String" || type.name == "ID") return R"({"type":"string"})";
  if (type.name == "Int") return R"({"type":"integer","minimum":-2147483648,"maximum":2147483647})";
  if (type.name == "Float") return R"({"type":"number"})";
  if (type.name == "Boolean") return R"({"type":"boolean"})";
  if (type.name == "DateTime") return R"({"type":"string","format":"date-time"})";
  if (type.name == "Date") return R"({"type":"string","format":"date"})";
  return "{}";
}

std::string enum_schema(const graphql::Type& type) {
  std::vector<std::string> values;
  for (const graphql::EnumValue& value : type.values) values.push_back(json::quoted(value.name));
  return fmt::format("{{\"enum\":[{}]}}", fmt::join(values, ","));
}

std::string object_schema(const graphql::Type& type, const std::vector<std::string>& relations, int nesting) {
  std::vector<std::string> properties, required;
  for (const graphql::Field& field : type.fields) {
    if (std::ranges::find(relations, field.name) != relations.end()) continue;
    properties.push_back(json::quoted(field.name) + ':' + schema_of(field.type, nesting));
    if (field.type.is_non_null() && field.name != "id") required.push_back(json::quoted(field.name));
  }
  return fmt::format("{{\"type\":\"object\",\"required\":[{}],\"properties\":{{{}}}}}", fmt::join(required, ","),
                     fmt::join(properties, ","));
}

std::string named_schema(const graphql::Type& type, int nesting) {
  if (type.kind == graphql::TypeKind::scalar) return scalar_schema(type);
  if (type.kind == graphql::TypeKind::enumeration) return enum_schema(type);
  if (type.kind == graphql::TypeKind::object && nesting < kNestingMax) return object_schema(type, {}, nesting + 1);
  return "{}";
}

std::string schema_of(const graphql::TypeRef& type, int nesting) {
  if (type.is_non_null()) {
    graphql::TypeRef inner = type.inner();
    if (inner.is_list()) return fmt::format("{{\"type\":\"array\",\"items\":{}}}", schema_of(inner.inner(), nesting));
    return named_schema(*inner.named, nesting);
  }
  std::string strict = type.is_list() ? fmt::format("{{\"type\":\"array\",\"items\":{}}}", schema_of(type.inner(), nesting))
                                      : named_schema(*type.named, nesting);
  return strict == "{}" ? strict : fmt::format("{{\"anyOf\":[{},{{\"type\":\"null\"}}]}}", strict);
}

}  // namespace

std::string json_schema_of(const graphql::Type& type, const std::vector<std::string>& relations) {
  return object_schema(type, relations, 0);
}

}  // namespace millrace::app
