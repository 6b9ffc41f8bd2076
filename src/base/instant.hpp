// A point in time: microseconds since 1970-01-01T00:00:00Z, UTC, and how it is written (RFC 3339).
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

struct Instant {
  std::int64_t microseconds = 0;

  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr Instant operator+(Instant instant, std::chrono::microseconds duration) {
    return {instant.microseconds + duration.count()};
  }
};

/// Later than every instant that is: reading at it gives the newest version.
inline constexpr Instant kNewest{std::numeric_limits<std::int64_t>::max()};

/// The time now, from the system's clock. Any thread.
Instant now();

/// RFC 3339 in UTC with six fractional digits: 2024-01-01T12:00:00.000000Z. An instant outside the years 0000 to 9999 is written as the
/// nearest one inside.
std::string to_string(Instant instant);

/// The `at` of a request: whole milliseconds since the epoch ("1704110400000"), or RFC 3339 with any offset and 0 to 9 fractional digits.
/// An instant given to the millisecond or coarser covers that whole millisecond, so that a client whose clock shows t sees what was
/// recorded until then; milliseconds beyond all instants are the newest. Empty when the text is neither.
std::optional<Instant> parse_at(std::string_view text);

/// RFC 3339 (section 5.6) exactly; finer than a microsecond is cut. A leap second is one at the end of a month in UTC, and counts as the
/// last microsecond before the next day. Empty when it is not that.
std::optional<Instant> parse_rfc3339(std::string_view text);

}  // namespace millrace
