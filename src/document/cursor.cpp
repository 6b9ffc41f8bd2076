#include "document/cursor.hpp"

namespace millrace::document {
namespace {

// Numbers with a fixed count of digits, six bits each, in the URL alphabet of Base64 (RFC 4648, section 5), the highest bits first.
constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kNumberDigits = 11;  // of 63 bits
constexpr std::size_t kMarkDigits = 6;     // of 32 bits

void append_number(std::string& out, std::uint64_t number, std::size_t digits) {
  for (std::size_t i = digits; i-- > 0;) out += kDigits[number >> (6 * i) & 63];
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

/// FNV-1a.
void mix(std::uint32_t& mark, std::string_view text) {
  for (const char c : text) mark = (mark ^ static_cast<unsigned char>(c)) * 16777619u;
  mark = (mark ^ 0xffu) * 16777619u;
}

}  // namespace

std::uint32_t list_mark(std::string_view query, const Order& order) {
  std::uint32_t mark = 2166136261u;
  mix(mark, query);
  for (const OrderKey& key : order) {
    mix(mark, key.descending ? "-" : "+");
    mix(mark, key.path.to_string());
  }
  return mark;
}

std::string write_cursor(const Cursor& cursor, std::optional<std::uint32_t> mark) {
  std::string text;
  append_number(text, cursor.position, kNumberDigits);
  append_number(text, static_cast<std::uint64_t>(cursor.at.microseconds), kNumberDigits);
  if (mark) append_number(text, *mark, kMarkDigits);
  return text;
}

std::optional<Cursor> read_cursor(std::string_view text, std::optional<std::uint32_t> mark) {
  if (text.size() != 2 * kNumberDigits + (mark ? kMarkDigits : 0)) return std::nullopt;
  const auto position = parse_number(text.substr(0, kNumberDigits));
  const auto at = parse_number(text.substr(kNumberDigits, kNumberDigits));
  if (!position || !at || (mark && parse_number(text.substr(2 * kNumberDigits)) != *mark)) return std::nullopt;
  return Cursor{*position, Instant{static_cast<std::int64_t>(*at)}};
}

}  // namespace millrace::document
