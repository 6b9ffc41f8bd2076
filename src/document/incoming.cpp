#include "document/incoming.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/json/canonical.hpp"

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
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(text, is_control)) return violation({{path, "pattern", "must not have control characters"}});
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
