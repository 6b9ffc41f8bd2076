#include "app/sdl_json_schema.hpp"

#include <algorithm>

#include "base/json/canonical.hpp"

namespace millrace::app {
namespace {

/// Builds the schema of one type; object types that it meets become definitions, each once.
class SchemaWriter {
 public:
  explicit SchemaWriter(const std::vector<std::string>& relations) : relations_(relations) {}

  std::string write(const graphql::Type& type) {
    std::string members = object_members(type);
    std::string definitions;
    for (std::size_t i = 0; i < met_.size(); ++i) {  // grows while it is walked
      if (i > 0) definitions += ',';
      definitions += json::quoted(met_[i]->name) + ":{" + object_members(*met_[i]) + '}';
    }
    return definitions.empty() ? '{' + members + '}' : '{' + members + ",\"definitions\":{" + definitions + "}}";
  }

 private:
  std::string object_members(const graphql::Type& type) {
    std::vector<std::string> properties, required;
    for (const graphql::Field& field : type.fields) {
      if (std::ranges::find(relations_, type.name + '.' + field.name) != relations_.end()) continue;
      properties.push_back(json::quoted(field.name) + ':' + schema_of(field.type));
      if (field.type.is_non_null() && field.name != "id") required.push_back(json::quoted(field.name));
    }
    return fmt::format("\"type\":\"object\",\"required\":[{}],\"properties\":{{{}}}", fmt::join(required, ","), fmt::join(properties, ","));
  }

  std::string schema_of(const graphql::TypeRef& type) {
    const bool is_nullable = !type.is_non_null();
    const graphql::TypeRef inner = type.nullable();
    if (inner.is_list()) return fmt::format("{{{},\"items\":{}}}", type_member("array", is_nullable), schema_of(inner.inner()));
    switch (inner.named->kind) {
      case graphql::TypeKind::scalar: return scalar_schema(inner.named->name, is_nullable);
      case graphql::TypeKind::enumeration: return enum_schema(*inner.named, is_nullable);
      case graphql::TypeKind::union_: return union_schema(*inner.named, is_nullable);
      // An interface is what all of its types have; objects may have more.
      default: return object_schema(*inner.named, is_nullable);
    }
  }

  static std::string type_member(std::string_view name, bool is_nullable) {
    return is_nullable ? fmt::format("\"type\":[\"{}\",\"null\"]", name) : fmt::format("\"type\":\"{}\"", name);
  }

  static std::string scalar_schema(std::string_view name, bool is_nullable) {
    // An id is compared as a string, so it is stored as one.
    if (name == "String" || name == "ID") return '{' + type_member("string", is_nullable) + '}';
    if (name == "Int") return '{' + type_member("integer", is_nullable) + ",\"minimum\":-2147483648,\"maximum\":2147483647}";
    if (name == "Float") return '{' + type_member("number", is_nullable) + '}';
    if (name == "Boolean") return '{' + type_member("boolean", is_nullable) + '}';
    if (name == "DateTime") return '{' + type_member("string", is_nullable) + ",\"format\":\"date-time\"}";
    if (name == "Date") return '{' + type_member("string", is_nullable) + ",\"format\":\"date\"}";
    return is_nullable ? "{}" : R"({"not":{"type":"null"}})";
  }

  static std::string enum_schema(const graphql::Type& type, bool is_nullable) {
    std::vector<std::string> values;
    for (const graphql::EnumValue& value : type.values) values.push_back(json::quoted(value.name));
    if (is_nullable) values.emplace_back("null");
    return fmt::format("{{\"enum\":[{}]}}", fmt::join(values, ","));
  }

  std::string object_schema(const graphql::Type& type, bool is_nullable) {
    if (std::ranges::find(met_, &type) == met_.end()) met_.push_back(&type);
    std::string reference = fmt::format("{{\"$ref\":\"#/definitions/{}\"}}", type.name);
    return is_nullable ? fmt::format("{{\"anyOf\":[{},{{\"type\":\"null\"}}]}}", reference) : reference;
  }

  std::string union_schema(const graphql::Type& type, bool is_nullable) {
    std::vector<std::string> members;
    for (const graphql::Type* member : type.possible) members.push_back(object_schema(*member, false));
    if (is_nullable) members.emplace_back(R"({"type":"null"})");
    return fmt::format("{{\"anyOf\":[{}]}}", fmt::join(members, ","));
  }

  const std::vector<std::string>& relations_;
  std::vector<const graphql::Type*> met_;
};

}  // namespace

std::string json_schema_of(const graphql::Type& type, const std::vector<std::string>& relations) {
  return SchemaWriter(relations).write(type);
}

}  // namespace millrace::app
