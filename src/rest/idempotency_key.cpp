#include "rest/idempotency_key.hpp"

#include "base/json/document.hpp"

namespace millrace::rest {
namespace {

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

Result<std::optional<document::Idempotency>> idempotency_of(const ResourceOptions& options, const document::Incoming& incoming,
                                                            std::optional<std::string_view> key, std::string_view pointer) {
  if (key) return document::make_idempotency(*key, incoming, pointer);
  if (options.idempotency_field.empty()) return std::nullopt;
  const auto found = key_in(incoming.payload, options.idempotency_field);
  if (!found) return std::nullopt;
  return document::make_idempotency(*found, incoming, pointer);
}

}  // namespace millrace::rest
