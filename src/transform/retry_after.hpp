// The header Retry-After (RFC 9110, section 10.2.3).
#pragma once

#include <chrono>
#include <string_view>

#include "base/instant.hpp"

namespace millrace::transform {

/// Nobody makes an event wait longer.
inline constexpr std::chrono::milliseconds kRetryAfterMax = std::chrono::hours(1);

/// Seconds, or a date in any of the three forms that HTTP has; 0 for anything else and for what is over.
std::chrono::milliseconds read_retry_after(std::string_view value, Instant now);

}  // namespace millrace::transform
