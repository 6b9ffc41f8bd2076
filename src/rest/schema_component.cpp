#include "rest/schema_component.hpp"

#include <algorithm>
#include <charconv>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "base/json/members.hpp"
#include "document/incoming.hpp"

namespace millrace::rest {
namespace {

using json::each_member;
using json::Kind;
using json::Value;
using Members = json::MemberWriter;

std::uint64_t length_of(Value value) {
  std::uint64_t length = document::kIdCharactersMax;
  std::from_chars(value.text().data(), value.text().data() + value.text().size(), length);
  return length;
}

/// What an id must be beside what the schema says of it.
std::string created_id(std::optional<Value> id_schema) {
  std::string text;
  Members members(text);
  json::append_string(members.key("type"), "string");
  std::uint64_t length_max = document::kIdCharactersMax;
  const bool says = id_schema && id_schema->is(Kind::object);
  if (says) {
    each_member(*id_schema, [&](const std::string& key, Value value) {
      if (key == "maxLength") return void(length_max = std::min(length_max, length_of(value)));
      if (key != "type" && key != "minLength" && key != "pattern" && key != "not") json::append_canonical(members.key(key), value);
    });
  }
  members.key("minLength") += '1';
  members.key("maxLength") += std::to_string(length_max);
  auto pattern = says ? id_schema->find("pattern") : std::nullopt;
  members.key("pattern") += pattern ? std::string(pattern->text()) : R"("^[^\u0000-\u001f\u007f-\u009f]+$")";
  members.key("not") += R"({"anyOf":[{"pattern":"%[0-9A-Fa-f]{2}"},{"enum":[)";
  for (std::string_view reserved : document::kReservedIds) {
    if (text.back() != '[') text += ',';
    json::append_string(text, reserved);
  }
  text += "]}]}";
  members.end();
  return text;
}

bool forbids(Value schema, std::string_view keyword) {
  auto others = schema.find(keyword);
  return others && others->is(Kind::boolean) && !others->boolean();
}

/// Whether some part of the schema refuses a member for being called `id`.
bool refuses_id(const jsonschema::Schema& schema) {
  static constexpr std::string_view kRefuseNames[] = {"additionalProperties", "unevaluatedProperties", "propertyNames"};
  const auto parsed = json::parse(R"({"id":"x"})");
  return std::ranges::any_of(schema.validate(parsed->root()), [](const ErrorDetail& violation) {
    return violation.path == "/id" && std::ranges::find(kRefuseNames, violation.keyword) != std::end(kRefuseNames);
  });
}

bool is_required(Value schema, std::string_view name) {
  auto required = schema.find("required");
  if (!required || !required->is(Kind::array)) return false;
  for (Value each = required->first(); !(each == required->end()); each = each.after())
    if (each.is_string(name)) return true;
  return false;
}

/// What a component does with the member `id`.
struct IdMember {
  std::string schema;  // empty: it stands as it is
  enum { as_schema, required, optional } presence = as_schema;
};

std::string required_names(Value schema, const IdMember& id) {
  std::string names = id.presence == IdMember::required ? R"(["id")" : "[";
  if (auto known = schema.find("required"); known && known->is(Kind::array))
    for (Value name = known->first(); !(name == known->end()); name = name.after()) {
      if (id.presence != IdMember::as_schema && name.is_string("id")) continue;
      names += names.size() > 1 ? "," : "";
      json::append_canonical(names, name);
    }
  return names + ']';
}

/// The schema under another title and with another `id`.
std::string with_id(Value schema, std::string_view title, const IdMember& id) {
  std::string text;
  Members members(text);
  json::append_string(members.key("title"), title);
  json::append_string(members.key("type"), "object");
  each_member(schema, [&](const std::string& key, Value value) {
    if (key != "title" && key != "type" && key != "properties" && key != "required") json::append_canonical(members.key(key), value);
  });
  std::string properties;
  Members of_properties(properties);
  if (!id.schema.empty()) of_properties.key("id") += id.schema;
  if (auto known = schema.find("properties"); known && known->is(Kind::object))
    each_member(*known, [&](const std::string& key, Value value) {
      if (key != "id" || id.schema.empty()) json::append_canonical(of_properties.key(key), value);
    });
  of_properties.end();
  members.key("properties") += properties;
  const std::string required = required_names(schema, id);
  if (required != "[]") members.key("required") += required;
  members.end();
  return text;
}

/// Whether a schema's `type` leaves null out.
bool excludes_null(Value schema) {
  auto type = schema.is(Kind::object) ? schema.find("type") : std::nullopt;
  if (!type) return false;
  if (type->is(Kind::string)) return !type->is_string("null");
  for (Value each = type->first(); !(each == type->end()); each = each.after())
    if (each.is_string("null")) return false;
  return true;
}

/// Every member may be absent, and null, which takes it away, unless it is required: then it must not be null.
std::string patch_of(Value schema, std::string_view title) {
  std::string text;
  Members members(text);
  json::append_string(members.key("title"), title);
  json::append_string(members.key("type"), "object");
  Members of_properties(members.key("properties"));
  if (auto known = schema.find("properties"); known && known->is(Kind::object))
    each_member(*known, [&](const std::string& key, Value value) {
      if (key == "id") return;
      std::string& out = of_properties.key(key);
      const bool stays = is_required(schema, key);
      if (stays && excludes_null(value)) return json::append_canonical(out, value);
      out += stays ? R"({"allOf":[)" : R"({"anyOf":[)";
      json::append_canonical(out, value);
      out += stays ? R"(,{"not":{"type":"null"}}]})" : R"(,{"type":"null"}]})";
    });
  of_properties.end();
  if (forbids(schema, "additionalProperties") && !schema.find("patternProperties"))
    members.key("unevaluatedProperties") += R"({"type":"null"})";  // takes away what is not there
  members.end();
  return text;
}

constexpr std::string_view kAnsweredId = R"({"type":"string","readOnly":true,"description":"Names the document."})";
constexpr std::string_view kRepeatedId = R"({"type":"string","readOnly":true,"description":"As in the path, or absent."})";

jsonschema::Bundle bundle_of(const jsonschema::Schema* schema, const std::string& name) {
  if (schema == nullptr) return {.root = "{}", .parts = {}};
  return jsonschema::make_bundle(
      *schema, {.reference_before = "#/components/schemas/",
                .name_before = name,
                .taken = {name, "New" + name, name + "Patch", name + "Replacement", name + "Version", "BulkResult", "Problem"}});
}

}  // namespace

SchemaComponents make_components(const jsonschema::Schema* schema, const std::string& name) {
  jsonschema::Bundle bundle = bundle_of(schema, name);
  auto parsed = json::parse(bundle.root);
  if (!parsed || !parsed->root().is(Kind::object)) parsed = json::parse("{}");
  const Value root = parsed->root();
  auto properties = root.find("properties");
  auto id = properties ? properties->find("id") : std::nullopt;
  const bool has_place = !schema || !refuses_id(*schema);
  // What is closed by a part of the schema cannot be opened from outside: then an answer is told by its id alone.
  const bool is_closed_within = !has_place && !forbids(root, "additionalProperties") && !forbids(root, "unevaluatedProperties");
  const auto answered = json::parse("{}");
  const bool needs_id = schema != nullptr && document::id_rule(*schema) == document::IdRule::own;
  return {
      .created =
          with_id(root, "New" + name, {has_place ? created_id(id) : std::string(), needs_id ? IdMember::required : IdMember::as_schema}),
      .document = with_id(is_closed_within ? answered->root() : root, name, {std::string(kAnsweredId), IdMember::required}),
      .replacement = with_id(root, name + "Replacement", {is_closed_within ? std::string() : std::string(kRepeatedId), IdMember::optional}),
      .patch = patch_of(root, name + "Patch"),
      .parts = std::move(bundle.parts)};
}

}  // namespace millrace::rest
