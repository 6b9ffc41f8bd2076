#include "rest/body.hpp"

#include <algorithm>
#include <array>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"

namespace millrace::rest {
namespace {

constexpr std::size_t kIdBytesMax = 512;

/// Names below an entity's path that are not documents, now or by the specification; and what URLs fold away.
constexpr std::array<std::string_view, 6> kReservedIds{"bulk", "changes", "consumers", "api-docs", ".", ".."};

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
  if (text.size() > kIdBytesMax) return violation({{path, "maxLength", fmt::format("must not be longer than {} bytes", kIdBytesMax)}});
  if (std::ranges::find(kReservedIds, text) != kReservedIds.end())
    return violation({{path, "not", fmt::format("must not be \"{}\", which has a meaning in URLs here", text)}});
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(text, is_control)) return violation({{path, "pattern", "must not have control characters"}});
  return text;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!is_blank(text.substr(0, end))) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Result<std::vector<std::string_view>> elements_of(std::string_view text) {
  TRY(auto document, json::parse(text));
  json::Value array = document.root();
  if (!array.is(json::Kind::array))
    return Failure(Error{ErrorKind::invalid_argument, "bulk.not_array", "A bulk request is a JSON array of documents.",
                         "Send [{...}, {...}], or one document a line with \"Content-Type: application/x-ndjson\"."});
  std::vector<std::string_view> items;
  for (json::Value item = array.first(); !(item == array.end()); item = item.after()) items.push_back(item.text());
  return items;
}

}  // namespace

Result<> expect_media_type(const http::Request& request, std::initializer_list<std::string_view> types) {
  std::string_view header = request.header("content-type");
  if (header.empty()) return {};
  std::string type = http::media_type(header);
  if (std::ranges::find(types, type) != types.end()) return {};
  return Failure(Error{ErrorKind::unsupported_media_type, "http.media_type", fmt::format("The content type \"{}\" is not read here.", type),
                       fmt::format("Send it with \"Content-Type: {}\".", *types.begin())});
}

Result<Incoming> read_document(std::string_view text, const jsonschema::Schema* schema, std::string_view pointer) {
  TRY(auto parsed, json::parse(text));
  json::Value document = parsed.root();
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
  incoming.payload.reserve(text.size());
  json::append_canonical_without(incoming.payload, document, "id");
  return incoming;
}

Result<std::vector<std::string_view>> split_items(const http::Request& request, std::size_t items_max) {
  const std::string type = http::media_type(request.header("content-type"));
  const bool is_lines = type == "application/x-ndjson" || type == "application/ndjson";
  std::vector<std::string_view> items;
  if (is_lines) {
    items = lines_of(request.body);
  } else {
    TRY(items, elements_of(request.body));
  }
  if (items.size() <= items_max) return items;
  return Failure(Error{ErrorKind::too_large, "bulk.too_many",
                       fmt::format("A bulk request has at most {} items; this one has {}.", items_max, items.size())});
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

}  // namespace millrace::rest
