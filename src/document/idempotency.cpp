#include "document/idempotency.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/id.hpp"
#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "base/json/pointer.hpp"
#include "base/json/slices.hpp"

namespace millrace::document {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// The text of a string or number in a field of the payload. Any other value is no key.
std::optional<std::string> key_in(std::string_view payload, std::string_view field) {
  if (field.empty()) return std::nullopt;
  auto parsed = json::parse(payload);
  if (!parsed) return std::nullopt;
  auto value = parsed->root().find(field);
  if (!value) return std::nullopt;
  if (value->is(json::Kind::string)) return value->string();
  if (value->is(json::Kind::number)) return std::string(value->text());
  return std::nullopt;
}

/// The value, members in the order of their names: how they came says nothing, and a face may have an order of its own.
void append_ordered(std::string& out, std::string_view value) {
  const json::Kind kind = json::kind_of(value);
  if (kind == json::Kind::array) {
    json::Elements elements(value);
    std::string_view element;
    out += '[';
    while (elements.next(element)) {
      append_ordered(out, element);
      out += ',';
    }
    out += ']';
  } else if (kind == json::Kind::object) {
    std::vector<std::pair<std::string_view, std::string_view>> all;
    json::Members members(value);
    std::string_view key, member;
    while (members.next(key, member)) all.emplace_back(key, member);
    std::ranges::sort(all);
    out += '{';
    for (const auto& [name, of_name] : all) {
      out.append(name).append(1, ':');
      append_ordered(out, of_name);
      out += ',';
    }
    out += '}';
  } else {
    out.append(value);
  }
}

}  // namespace

Result<Idempotency> make_idempotency(std::string_view key, const Incoming& incoming, std::string_view pointer) {
  if (key.empty() || key.size() > kIdempotencyKeyBytesMax || std::ranges::any_of(key, is_control)) {
    std::string message = fmt::format("An idempotency key has 1 to {} bytes and no control characters.", kIdempotencyKeyBytesMax);
    Error error{ErrorKind::invalid_argument, "idempotency.key", message, "A random UUID is a good one."};
    const std::string_view keyword = key.empty() ? "minLength" : key.size() > kIdempotencyKeyBytesMax ? "maxLength" : "pattern";
    if (!pointer.empty())
      error.details.push_back({.path = std::string(pointer), .keyword = std::string(keyword), .message = std::move(message)});
    return Failure(std::move(error));
  }
  // A quoted id and an object cannot be mistaken for an object alone.
  std::string text = incoming.id ? json::quoted(*incoming.id) : std::string();
  append_ordered(text, incoming.payload);
  return Idempotency{.key = std::string(key), .fingerprint = sha256(text)};
}

Result<Append> creation(Incoming incoming, const CreationRules& rules, std::optional<std::string_view> key, std::string_view pointer,
                        std::string_view key_pointer) {
  if (!incoming.id && rules.needs_own_id) {
    const std::string id = fmt::format("{}/id", pointer);
    return Failure(Error{ErrorKind::unprocessable,
                         "schema.violation",
                         "The document needs an id of its own: one that is made here would break its schema.",
                         "Send it with the member \"id\".",
                         {{id, "required", "is missing"}}});
  }
  Append append;
  if (key) {
    TRY(append.idempotency, make_idempotency(*key, incoming, key_pointer));
  } else if (const auto own = key_in(incoming.payload, rules.idempotency_field)) {
    std::string field(pointer);
    json::append_pointer_token(field, rules.idempotency_field);
    TRY(append.idempotency, make_idempotency(*own, incoming, field));
  }
  append.has_new_id = !incoming.id;
  append.id = incoming.id ? *std::move(incoming.id) : make_uuid7();
  append.payload = std::move(incoming.payload);
  return append;
}

}  // namespace millrace::document
