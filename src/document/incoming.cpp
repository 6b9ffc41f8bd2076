#include "document/incoming.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/id.hpp"
#include "base/json/canonical.hpp"
#include "document/merge_patch.hpp"

namespace millrace::document {
namespace {

std::size_t characters_of(std::string_view utf8) {
  const auto begins_one = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::ranges::count_if(utf8, begins_one));
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/// Whether it holds what reads as a percent escape: on its way through clients and proxies such an id may become another.
bool has_escape(std::string_view id) {
  for (std::size_t i = 0; i + 2 < id.size(); ++i)
    if (id[i] == '%' && is_hex(id[i + 1]) && is_hex(id[i + 2])) return true;
  return false;
}

/// C0, DEL and C1.
bool has_control(std::string_view id) {
  for (std::size_t i = 0; i < id.size(); ++i) {
    const auto byte = static_cast<unsigned char>(id[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xC2 && i + 1 < id.size() && static_cast<unsigned char>(id[i + 1]) < 0xA0) return true;
  }
  return false;
}

Failure violation(std::vector<ErrorDetail> details) {
  std::string message = details.size() == 1 ? fmt::format("The document breaks its schema: {} {}.",
                                                          details[0].path.empty() ? "it" : details[0].path, details[0].message)
                                            : fmt::format("The document breaks its schema in {} places.", details.size());
  return Failure(Error{ErrorKind::unprocessable, "schema.violation", std::move(message), {}, std::move(details)});
}

Result<std::optional<std::string>> read_id(const json::Value& document, std::string_view pointer) {
  auto id = document.find("id");
  if (!id) return std::nullopt;
  std::string path = std::string(pointer) + "/id";
  if (!id->is(json::Kind::string)) return violation({{path, "type", "must be a string"}});
  std::string text = id->string();
  if (text.empty()) return violation({{path, "minLength", "must not be empty"}});
  if (characters_of(text) > kIdCharactersMax)
    return violation({{path, "maxLength", fmt::format("must not be longer than {} characters", kIdCharactersMax)}});
  if (std::ranges::find(kReservedIds, text) != std::end(kReservedIds))
    return violation({{path, "not", fmt::format("must not be \"{}\", which has a meaning in URLs here", text)}});
  if (has_escape(text)) return violation({{path, "not", "must not have percent escapes such as %41, which stand for a character in URLs"}});
  if (has_control(text)) return violation({{path, "pattern", "must not have control characters"}});
  return text;
}

}  // namespace

Result<Incoming> read_document(const json::Value& document, const jsonschema::Schema* schema, std::string_view pointer) {
  if (!document.is(json::Kind::object))
    return Failure(Error{ErrorKind::unprocessable,
                         "document.not_object",
                         "A document is a JSON object.",
                         {},
                         {{std::string(pointer), "type", "must be an object"}}});
  if (schema != nullptr) {
    auto violations = schema->validate(document);
    for (ErrorDetail& detail : violations) detail.path.insert(0, pointer);
    if (!violations.empty()) return violation(std::move(violations));
  }
  Incoming incoming;
  TRY(incoming.id, read_id(document, pointer));
  incoming.payload.reserve(document.text().size());
  json::append_canonical_without(incoming.payload, document, "id");
  return incoming;
}

Result<Incoming> read_document(std::string_view text, const jsonschema::Schema* schema, std::string_view pointer) {
  TRY(auto parsed, json::parse(text));
  return read_document(parsed.root(), schema, pointer);
}

namespace {

Error other_id(std::string_view id, std::string_view pointer) {
  return {ErrorKind::unprocessable,
          "document.id",
          "The id in the document is not the id of the document that is changed.",
          "Leave it out, or send the same.",
          {{fmt::format("{}/id", pointer), "const", fmt::format("must be {}", json::quoted(id))}}};
}

/// Whether the member is refused for its name alone, whatever its value.
bool is_unknown_name(const ErrorDetail& violation) {
  static constexpr std::string_view kKeywords[] = {"additionalProperties", "unevaluatedProperties", "propertyNames"};
  return std::ranges::find(kKeywords, violation.keyword) != std::end(kKeywords);
}

}  // namespace

Result<std::string> read_version(std::string_view text, const jsonschema::Schema* schema, std::string_view id, std::string_view pointer) {
  TRY(const json::Document parsed, json::parse(text));
  const auto own = parsed.root().is(json::Kind::object) ? parsed.root().find("id") : std::nullopt;
  if (own && (!own->is(json::Kind::string) || own->string() != id)) return Failure(other_id(id, pointer));
  std::string payload;
  if (own) json::append_canonical_without(payload, parsed.root(), "id");
  auto without = own ? read_document(payload, schema, pointer) : read_document(parsed.root(), schema, pointer);
  if (without) return std::move(without->payload);
  if (!parsed.root().is(json::Kind::object)) return Failure(std::move(without).error());
  if (!own) json::append_canonical_without(payload, parsed.root(), "id");
  const auto with = read_document(document_text(id, payload), schema, pointer);
  if (with) return payload;
  return Failure(with.error().details.size() < without.error().details.size() ? with.error() : without.error());
}

Result<std::string> patch_version(const Documents& newest, std::string_view patch, const jsonschema::Schema* schema, std::size_t bytes_max,
                                  std::string_view pointer) {
  const std::string merged = merge_patch(newest.text(0), patch);
  if (merged.size() > bytes_max)
    return Failure(Error{ErrorKind::too_large, "document.too_large",
                         fmt::format("The document would have {} bytes; it may have {}.", merged.size(), bytes_max)});
  return read_version(merged, schema, newest.id(0), pointer);
}

IdRule id_rule(const jsonschema::Schema& schema) {
  const std::string made = document_text(make_uuid7(), "{}");
  const auto parsed = json::parse(made);
  IdRule rule = IdRule::any;
  for (const ErrorDetail& violation : schema.validate(parsed->root())) {
    if (violation.keyword == "type" && (violation.path.empty() || violation.path == "/id")) return IdRule::none;
    if (violation.path == "/id" && !is_unknown_name(violation)) rule = IdRule::own;
  }
  return rule;
}

std::string document_text(std::string_view id, std::string_view payload) {
  std::string text = "{\"id\":";
  json::append_string(text, id);
  if (payload.size() > 2)
    text.append(1, ',').append(payload.substr(1));
  else
    text += '}';
  return text;
}

}  // namespace millrace::document
