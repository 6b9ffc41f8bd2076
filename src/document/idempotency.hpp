// Idempotency keys as clients send them.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "document/incoming.hpp"
#include "document/store.hpp"

namespace millrace::document {

inline constexpr std::size_t kIdempotencyKeyBytesMax = 255;

/// The key and the fingerprint of the document that came with it: its canonical text with its own id, hashed, so that white space and
/// spelling make no difference. Error "idempotency.key" (invalid_argument) when the key is empty, too long, or has control characters;
/// `pointer` is its place in the request, empty when it came in a header.
Result<Idempotency> make_idempotency(std::string_view key, const Incoming& incoming, std::string_view pointer = {});

}  // namespace millrace::document
