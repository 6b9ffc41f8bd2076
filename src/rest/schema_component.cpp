#include "rest/schema_component.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "document/incoming.hpp"

namespace millrace::rest {
namespace {

using json::Kind;
using json::Value;

constexpr std::array<std::string_view, 12> kHoldSchema{
    "additionalProperties", "additionalItems",       "contains",     "propertyNames", "not", "if", "then", "else", "items",
    "unevaluatedItems",     "unevaluatedProperties", "contentSchema"};
constexpr std::array<std::string_view, 5> kHoldSchemas{"properties", "patternProperties", "definitions", "$defs", "dependentSchemas"};
constexpr std::array<std::string_view, 4> kListSchemas{"allOf", "anyOf", "oneOf", "prefixItems"};
constexpr std::array<std::string_view, 2> kLeftOut{"$schema", "$id"};

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// Writes an object's members, commas between.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_ += '{'; }
  std::string& key(std::string_view name) {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    json::append_string(out_, name);
    return out_ += ':';
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool is_first_ = true;
};

/// Calls for each member of an object.
void each_member(Value object, const std::function<void(const std::string& key, Value value)>& visit) {
  for (Value key = object.first(); !(key == object.end()); key = key.after().after()) visit(key.string(), key.after());
}

class Converter {
 public:
  Converter(std::string_view component, bool is_draft_7)
      : root_(fmt::format("#/components/schemas/{}", component)), is_draft_7_(is_draft_7) {}

  /// Recursive: the parser has bounded the depth.
  void write(std::string& out, Value schema) const {
    if (!schema.is(Kind::object)) return json::append_canonical(out, schema);
    Members members(out);
    auto reference = schema.find("$ref");
    if (reference && is_draft_7_) {
      write_member(members, schema, "$ref", *reference);  // what stands beside it means nothing in draft 7
    } else {
      each_member(schema, [&](const std::string& key, Value value) { write_member(members, schema, key, value); });
    }
    members.end();
  }

  void write_member(Members& members, Value schema, const std::string& key, Value value) const {
    if (is_among(kLeftOut, key)) return;
    if (key == "$ref") return write_reference(members, value);
    if (key == "dependencies" && value.is(Kind::object)) return write_dependencies(members, value);
    auto items = schema.find("items");
    const bool is_tuple = items && items->is(Kind::array);
    if (key == "items" && is_tuple) return write_list(members.key("prefixItems"), value);
    if (key == "additionalItems") return is_tuple ? write(members.key("items"), value) : void();
    std::string& out = members.key(key);
    if (is_among(kHoldSchema, key)) return write(out, value);
    if (is_among(kHoldSchemas, key) && value.is(Kind::object)) return write_map(out, value);
    if (is_among(kListSchemas, key) && value.is(Kind::array)) return write_list(out, value);
    json::append_canonical(out, value);
  }

 private:
  void write_reference(Members& members, Value value) const {
    const std::string reference = value.is(Kind::string) ? value.string() : std::string();
    if (reference == "#" || reference.starts_with("#/")) {
      json::append_string(members.key("$ref"), root_ + reference.substr(1));
    } else {
      json::append_string(members.key("$comment"), fmt::format("As {} says.", reference));
    }
  }

  void write_map(std::string& out, Value map) const {
    Members members(out);
    each_member(map, [&](const std::string& key, Value value) { write(members.key(key), value); });
    members.end();
  }

  void write_list(std::string& out, Value list) const {
    out += '[';
    for (Value value = list.first(); !(value == list.end()); value = value.after()) {
      if (out.back() != '[') out += ',';
      write(out, value);
    }
    out += ']';
  }

  /// Draft 7's `dependencies` are two keywords now.
  void write_dependencies(Members& members, Value dependencies) const {
    std::string schemas;
    std::string names;
    Members of_schemas(schemas);
    Members of_names(names);
    each_member(dependencies, [&](const std::string& key, Value value) {
      value.is(Kind::array) ? json::append_canonical(of_names.key(key), value) : write(of_schemas.key(key), value);
    });
    of_schemas.end();
    of_names.end();
    if (schemas.size() > 2) members.key("dependentSchemas") += schemas;
    if (names.size() > 2) members.key("dependentRequired") += names;
  }

  std::string root_;
  bool is_draft_7_;
};

std::uint64_t length_of(Value value) {
  std::uint64_t length = document::kIdCharactersMax;
  std::from_chars(value.text().data(), value.text().data() + value.text().size(), length);
  return length;
}

/// What an id must be beside what the schema says of it.
std::string created_id(std::optional<Value> id_schema, const Converter& converter) {
  std::string text;
  Members members(text);
  json::append_string(members.key("type"), "string");
  std::uint64_t length_max = document::kIdCharactersMax;
  const bool says = id_schema && id_schema->is(Kind::object);
  if (says) {
    each_member(*id_schema, [&](const std::string& key, Value value) {
      if (key == "maxLength") return void(length_max = std::min(length_max, length_of(value)));
      if (key != "type" && key != "minLength" && key != "pattern" && key != "not") converter.write_member(members, *id_schema, key, value);
    });
  }
  members.key("minLength") += '1';
  members.key("maxLength") += std::to_string(length_max);
  auto pattern = says ? id_schema->find("pattern") : std::nullopt;
  members.key("pattern") += pattern ? std::string(pattern->text()) : R"("^[^\u0000-\u001f\u007f]+$")";
  members.key("not") += R"({"anyOf":[{"pattern":"%[0-9A-Fa-f]{2}"},{"enum":[)";
  for (std::string_view reserved : document::kReservedIds) {
    if (text.back() != '[') text += ',';
    json::append_string(text, reserved);
  }
  text += "]}]}";
  members.end();
  return text;
}

/// Whether documents may have members that the schema does not name.
bool is_open(Value schema) {
  auto others = schema.find("additionalProperties");
  return !others || !others->is(Kind::boolean) || others->boolean();
}

bool is_required(Value schema, std::string_view name) {
  auto required = schema.find("required");
  if (!required || !required->is(Kind::array)) return false;
  for (Value each = required->first(); !(each == required->end()); each = each.after())
    if (each.is_string(name)) return true;
  return false;
}

/// The schema with another `id`; empty: as it stands.
std::string with_id(Value schema, const Converter& converter, std::string_view id, bool requires_id) {
  std::string text;
  Members members(text);
  json::append_string(members.key("type"), "object");
  each_member(schema, [&](const std::string& key, Value value) {
    if (key != "type" && key != "properties" && key != "required") converter.write_member(members, schema, key, value);
  });
  std::string properties;
  Members of_properties(properties);
  if (!id.empty()) of_properties.key("id") += id;
  if (auto known = schema.find("properties"); known && known->is(Kind::object))
    each_member(*known, [&](const std::string& key, Value value) {
      if (key != "id" || id.empty()) converter.write(of_properties.key(key), value);
    });
  of_properties.end();
  members.key("properties") += properties;
  std::string required = requires_id ? R"(["id")" : "[";
  if (auto known = schema.find("required"); known && known->is(Kind::array))
    for (Value name = known->first(); !(name == known->end()); name = name.after()) {
      if (requires_id && name.is_string("id")) continue;
      required += required.size() > 1 ? "," : "";
      json::append_canonical(required, name);
    }
  if (required.size() > 1) members.key("required") += required + "]";
  members.end();
  return text;
}

/// Every member may be absent, and null, which takes it away, unless it is required: then it must not be null.
std::string patch_of(Value schema, const Converter& converter) {
  std::string text;
  Members members(text);
  json::append_string(members.key("type"), "object");
  Members of_properties(members.key("properties"));
  if (auto known = schema.find("properties"); known && known->is(Kind::object))
    each_member(*known, [&](const std::string& key, Value value) {
      if (key == "id") return;
      std::string& out = of_properties.key(key);
      const bool stays = is_required(schema, key);
      out += stays ? R"({"allOf":[)" : R"({"anyOf":[)";
      converter.write(out, value);
      out += stays ? R"(,{"not":{"type":"null"}}]})" : R"(,{"type":"null"}]})";
    });
  of_properties.end();
  if (!is_open(schema) && !schema.find("patternProperties"))
    members.key("additionalProperties") += R"({"type":"null"})";  // takes away what is not there
  members.end();
  return text;
}

constexpr std::string_view kAnsweredId = R"({"type":"string","readOnly":true,"description":"Names the document."})";

bool is_draft_7(Value schema) {
  auto draft = schema.find("$schema");
  return !draft || !draft->is(Kind::string) || draft->string().find("2020-12") == std::string::npos;
}

}  // namespace

SchemaComponents make_components(std::string_view schema, std::string_view name) {
  constexpr std::string_view kAnything = R"({"type":"object"})";
  auto parsed = json::parse(schema.empty() ? kAnything : schema);
  if (!parsed || !parsed->root().is(Kind::object)) parsed = json::parse(kAnything);
  const Value root = parsed->root();
  const Converter converter(name, is_draft_7(root));
  auto properties = root.find("properties");
  auto id = properties && properties->is(Kind::object) ? properties->find("id") : std::nullopt;
  const std::string new_id = id || is_open(root) ? created_id(id, converter) : std::string();
  return {.created = with_id(root, converter, new_id, false),
          .document = with_id(root, converter, kAnsweredId, true),
          .patch = patch_of(root, converter)};
}

}  // namespace millrace::rest
