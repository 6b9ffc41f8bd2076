#include "hocon/characters.hpp"

#include <algorithm>
#include <array>

namespace millrace::hocon {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// What the second byte may be, which rules out overlong forms, surrogates and what lies beyond U+10FFFF.
bool second_byte_fits(unsigned char lead, unsigned char second) {
  if (lead == 0xE0) return second >= 0xA0;
  if (lead == 0xED) return second < 0xA0;
  if (lead == 0xF0) return second >= 0x90;
  if (lead == 0xF4) return second < 0x90;
  return true;
}

/// Unicode's separators (Zs, Zl, Zp) beyond ASCII, and the byte order mark.
constexpr std::array<std::string_view, 19> kWideSpaces = {
    "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007",
    "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF",
};

std::size_t blank_bytes(std::string_view text) {
  return text.starts_with('\n') ? 1 : space_bytes(text);
}

}  // namespace

std::size_t code_point_bytes(std::string_view text) {
  const unsigned char lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size || !second_byte_fits(lead, byte_at(text, 1))) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte_at(text, i) & 0xC0) != 0x80) return 0;
  }
  return size;
}

std::size_t invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = code_point_bytes(text.substr(at));
    if (size == 0) return at;
    at += size;
  }
  return std::string_view::npos;
}

std::size_t space_bytes(std::string_view text) {
  if (text.empty()) return 0;
  const unsigned char first = byte_at(text, 0);
  if (first < 0x80) return first == ' ' || (first >= 0x09 && first <= 0x0D && first != '\n') || (first >= 0x1C && first <= 0x1F) ? 1 : 0;
  const auto* found = std::ranges::find_if(kWideSpaces, [&](std::string_view space) { return text.starts_with(space); });
  return found == kWideSpaces.end() ? 0 : found->size();
}

bool is_reserved(char c) {
  constexpr std::string_view kReserved = "$\"{}[]:=,+#`^?!@*&\\";
  return kReserved.find(c) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  while (const std::size_t size = blank_bytes(text)) text.remove_prefix(size);
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && (byte_at(text, last) & 0xC0) == 0x80) --last;
    if (blank_bytes(text.substr(last)) != text.size() - last) break;
    text.remove_suffix(text.size() - last);
  }
  return text;
}

}  // namespace millrace::hocon
