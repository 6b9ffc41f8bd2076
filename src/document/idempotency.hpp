// How a document that came in is created: under which id, and under which idempotency key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "document/incoming.hpp"
#include "document/store.hpp"

namespace millrace::document {

inline constexpr std::size_t kIdempotencyKeyBytesMax = 255;

/// The key and the fingerprint of the document that came with it: its canonical text with its own id, hashed, so that white space,
/// spelling and the order of members make no difference. Error "idempotency.key" (invalid_argument) when the key is empty, too long, or has
/// control characters; `pointer` is its place in the request, empty when it came in a header.
Result<Idempotency> make_idempotency(std::string_view key, const Incoming& incoming, std::string_view pointer = {});

/// What an entity's documents come with when they are created.
struct CreationRules {
  /// The member of the payload whose text or number is the idempotency key of documents that come without another. Empty: none.
  std::string idempotency_field = {};
  bool needs_own_id = false;  // an id that is made here would not fit their schema: IdRule::own
};

/// The create of a document: under its own id or a new UUIDv7; under the key that was sent beside it, else under that of the rules.
/// `pointer` is the document's place in the request, `key_pointer` that of the key that was sent. Errors: "idempotency.key",
/// "schema.violation".
Result<Append> creation(Incoming incoming, const CreationRules& rules, std::optional<std::string_view> key, std::string_view pointer = {},
                        std::string_view key_pointer = {});

}  // namespace millrace::document
