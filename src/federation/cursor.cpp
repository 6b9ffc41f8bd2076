// POSITION-INSTANT-MARK, each a number in base 36.
#include "federation/cursor.hpp"

#include <array>
#include <charconv>

namespace millrace::federation {
namespace {

constexpr int kBase = 36;

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, kBase).ptr;
  out.append(digits.data(), end);
}

/// Takes a number and the separator after it.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number, kBase);
  if (error != std::errc() || (end != last && *end != '-')) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + (end != last ? 1 : 0));
  return number;
}

/// FNV-1a.
void mix(std::uint32_t& mark, std::string_view text) {
  for (const char c : text) mark = (mark ^ static_cast<unsigned char>(c)) * 16777619u;
  mark = (mark ^ 0xffu) * 16777619u;
}

}  // namespace

std::uint32_t list_mark(std::string_view query, const document::Order& order) {
  std::uint32_t mark = 2166136261u;
  mix(mark, query);
  for (const document::OrderKey& key : order) {
    mix(mark, key.descending ? "-" : "+");
    mix(mark, key.path.to_string());
  }
  return mark;
}

std::string write_cursor(const Cursor& cursor, std::uint32_t mark) {
  std::string text;
  append_number(text, cursor.position);
  append_number(text += '-', static_cast<std::uint64_t>(cursor.at.microseconds));
  append_number(text += '-', mark);
  return text;
}

std::optional<Cursor> read_cursor(std::string_view text, std::uint32_t mark) {
  const std::string_view asked = text;
  const auto position = take_number(text);
  const auto at = position ? take_number(text) : std::nullopt;
  const auto its_mark = at ? take_number(text) : std::nullopt;
  if (!its_mark || *its_mark != mark || *position == 0 || *at >= static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  const Cursor cursor{*position, Instant{static_cast<std::int64_t>(*at)}};
  // A number has one spelling, and nothing follows the last.
  return write_cursor(cursor, mark) == asked ? std::optional(cursor) : std::nullopt;
}

}  // namespace millrace::federation
