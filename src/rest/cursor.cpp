#include "rest/cursor.hpp"

namespace millrace::rest {
namespace {

// Two numbers of 63 bits, 11 characters each in the URL alphabet of Base64 (RFC 4648, section 5), the highest bits first.
constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kLength = 11;

void append_number(std::string& out, std::uint64_t number) {
  for (std::size_t i = kLength; i-- > 0;) out += kDigits[number >> (6 * i) & 63];
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos || number >> 57 != 0) return std::nullopt;
    number = number << 6 | digit;
  }
  return number;
}

}  // namespace

std::string to_text(const Cursor& cursor) {
  std::string text;
  append_number(text, cursor.position);
  append_number(text, static_cast<std::uint64_t>(cursor.at.microseconds));
  return text;
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  if (text.size() != 2 * kLength) return std::nullopt;
  const auto position = parse_number(text.substr(0, kLength));
  const auto at = parse_number(text.substr(kLength));
  if (!position || !at) return std::nullopt;
  return Cursor{*position, {static_cast<std::int64_t>(*at)}};
}

}  // namespace millrace::rest
