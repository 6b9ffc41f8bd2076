// Values of rows that several layouts spell alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"

namespace millrace::migrate {

/// Milliseconds since 1970 as a number ("1704110400000", "1704110400000.0", "1.7041104e12"), or RFC 3339, also with a space for the T and
/// without an offset (UTC). Empty when it is neither, or before 1970, or after the year 9999.
std::optional<Instant> parse_created_at(std::string_view text);
std::optional<Instant> created_at_of(std::int64_t microseconds);

/// The strings of a JSON array; text that is no such array counts as one token, so that nobody's restriction goes unseen.
std::vector<std::string> parse_tokens(std::string_view text);

/// Whether it says yes: t, true, or a number that is not 0.
bool parse_deleted(std::string_view text);

}  // namespace millrace::migrate
