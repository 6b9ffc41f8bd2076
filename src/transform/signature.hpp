// Signatures of webhooks, as Standard Webhooks has them (v1: HMAC-SHA256).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::transform {

/// The key of a secret: base64, with or without `whsec_` before it. Nothing when it is no base64, or its key is shorter than 24 bytes or
/// longer than 64.
std::optional<std::string> read_secret(std::string_view secret);

/// The value of the header webhook-signature.
std::string sign(std::string_view key, std::string_view id, std::int64_t timestamp, std::string_view body);

}  // namespace millrace::transform
