#include "document/idempotency.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/id.hpp"
#include "base/json/canonical.hpp"
#include "base/json/document.hpp"

namespace millrace::document {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// The text of a string or number in a field of the payload. Any other value is no key.
std::optional<std::string> key_in(std::string_view payload, std::string_view field) {
  auto parsed = json::parse(payload);
  if (!parsed) return std::nullopt;
  auto value = parsed->root().find(field);
  if (!value) return std::nullopt;
  if (value->is(json::Kind::string)) return value->string();
  if (value->is(json::Kind::number)) return std::string(value->text());
  return std::nullopt;
}

}  // namespace

Result<Idempotency> make_idempotency(std::string_view key, const Incoming& incoming, std::string_view pointer) {
  if (key.empty() || key.size() > kIdempotencyKeyBytesMax || std::ranges::any_of(key, is_control)) {
    std::string message = fmt::format("An idempotency key has 1 to {} bytes and no control characters.", kIdempotencyKeyBytesMax);
    Error error{ErrorKind::invalid_argument, "idempotency.key", message, "A random UUID is a good one."};
    if (!pointer.empty()) error.details.push_back({.path = std::string(pointer), .keyword = "maxLength", .message = std::move(message)});
    return Failure(std::move(error));
  }
  // A quoted id and an object cannot be mistaken for an object alone.
  const std::string id = incoming.id ? json::quoted(*incoming.id) : std::string();
  return Idempotency{.key = std::string(key), .fingerprint = sha256(id + incoming.payload)};
}

Result<Append> creation(Incoming incoming, std::optional<std::string_view> key, std::string_view field, std::string_view pointer) {
  Append append;
  const std::optional<std::string> own = key || field.empty() ? std::nullopt : key_in(incoming.payload, field);
  if (own) key = *own;
  if (key) {
    TRY(append.idempotency, make_idempotency(*key, incoming, pointer));
  }
  append.id = incoming.id ? *std::move(incoming.id) : make_uuid7();
  append.payload = std::move(incoming.payload);
  return append;
}

}  // namespace millrace::document
