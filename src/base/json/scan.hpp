// Finding the end of a run inside JSON strings, many bytes at a time.
//
// The inner loops of parsing, writing and slicing. Nothing here reads past `end`.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace millrace::json::scan {

/// Whether a character stands for itself in a string and needs no check: ASCII but control characters, quote and backslash.
inline bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// The high bit of each byte that is zero is set; bits above the lowest such byte may be wrong.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
}

constexpr std::uint64_t repeated(char c) {
  return 0x0101010101010101u * static_cast<unsigned char>(c);
}

/// The high bit of the lowest byte that is not plain is set.
constexpr std::uint64_t not_plain(std::uint64_t word) {
  const std::uint64_t below_space = (word - repeated(' ')) & ~word & 0x8080808080808080u;
  return below_space | (word & 0x8080808080808080u) | zero_bytes(word ^ repeated('"')) | zero_bytes(word ^ repeated('\\'));
}

/// The high bit of the lowest byte that is a quote or a backslash is set.
constexpr std::uint64_t quote_or_backslash(std::uint64_t word) {
  return zero_bytes(word ^ repeated('"')) | zero_bytes(word ^ repeated('\\'));
}

/// The first character from `at` for which `stops` finds a bit in a word of eight; less than eight characters before `end` at the latest.
template <std::uint64_t (*stops)(std::uint64_t)>
inline const char* by_words(const char* at, const char* end, bool& found) {
  if constexpr (std::endian::native == std::endian::little) {
    for (; end - at >= 8; at += 8) {
      std::uint64_t word;
      std::memcpy(&word, at, 8);
      if (const std::uint64_t bits = stops(word); bits != 0) {
        found = true;
        return at + std::countr_zero(bits) / 8;
      }
    }
  }
  return at;
}

/// The first character that is not plain, or `end`.
inline const char* plain_end(const char* at, const char* end) {
#if defined(__SSE2__)
  for (; end - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i quotes = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    const __m128i backslashes = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    // The comparison is signed: control characters and what is not ASCII are both below the space.
    const __m128i below_space = _mm_cmplt_epi8(block, _mm_set1_epi8(' '));
    const int stops = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), below_space));
    if (stops != 0) return at + std::countr_zero(static_cast<unsigned>(stops));
  }
#endif
  bool found = false;
  at = by_words<not_plain>(at, end, found);
  if (found) return at;
  while (at != end && is_plain(*at)) ++at;
  return at;
}

/// The first quote or backslash, or `end`.
inline const char* quote_or_backslash_in(const char* at, const char* end) {
#if defined(__SSE2__)
  for (; end - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i quotes = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    const __m128i backslashes = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    const int stops = _mm_movemask_epi8(_mm_or_si128(quotes, backslashes));
    if (stops != 0) return at + std::countr_zero(static_cast<unsigned>(stops));
  }
#endif
  bool found = false;
  at = by_words<quote_or_backslash>(at, end, found);
  if (found) return at;
  while (at != end && *at != '"' && *at != '\\') ++at;
  return at;
}

/// Just after the string's closing quote; `at` is just after the opening one. Requires: a well-formed string, or gives `end`.
inline const char* string_end(const char* at, const char* end) {
  for (;;) {
    at = quote_or_backslash_in(at, end);
    if (at == end) return end;
    if (*at == '"') return at + 1;
    if (end - at < 2) return end;
    at += 2;
  }
}

}  // namespace millrace::json::scan
