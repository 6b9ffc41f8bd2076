#include "document/idempotency.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/json/canonical.hpp"

namespace millrace::document {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
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

}  // namespace millrace::document
