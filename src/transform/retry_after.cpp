#include "transform/retry_after.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>
#include <system_error>

namespace millrace::transform {
namespace {

using std::chrono::milliseconds;

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Seconds since 1970; 0 for anything else than a date. The program keeps the locale C, whose names these are.
std::int64_t read_date(const std::string& text) {
  for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* end = ::strptime(text.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') return ::timegm(&parts);
  }
  return 0;
}

}  // namespace

milliseconds read_retry_after(std::string_view value, Instant now) {
  if (is_number(value)) {
    std::int64_t seconds = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (read.ec != std::errc{}) return kRetryAfterMax;
    return milliseconds(std::min(seconds, kRetryAfterMax.count() / 1'000) * 1'000);
  }
  const std::int64_t at = read_date(std::string(value));
  // Rounded up: not sooner than it says.
  const std::int64_t wait = at == 0 ? 0 : at * 1'000 - now.microseconds / 1'000;
  return std::clamp(milliseconds(wait), milliseconds{0}, kRetryAfterMax);
}

}  // namespace millrace::transform
