// Hash tables keyed by text, looked up without making a std::string.
//
// What stands in them may come from a stranger, who must not be able to choose texts that meet in one place: a thousand such members make a
// million comparisons. So texts are hashed with a key that each process draws for itself, and the order of such a table means nothing.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace millrace {

struct HashKey {
  std::uint64_t low = 0, high = 0;
};

/// SipHash (Aumasson, Bernstein: SipHash: a fast short-input PRF), with as many rounds for each eight bytes and at the end as are said.
template <int kRounds, int kLastRounds>
std::uint64_t sip_hash(std::string_view text, HashKey key) {
  std::uint64_t a = key.low ^ 0x736f6d6570736575, b = key.high ^ 0x646f72616e646f6d;
  std::uint64_t c = key.low ^ 0x6c7967656e657261, d = key.high ^ 0x7465646279746573;
  const auto round = [&] {
    a += b, b = std::rotl(b, 13) ^ a, a = std::rotl(a, 32);
    c += d, d = std::rotl(d, 16) ^ c;
    a += d, d = std::rotl(d, 21) ^ a;
    c += b, b = std::rotl(b, 17) ^ c, c = std::rotl(c, 32);
  };
  const auto take = [&](std::uint64_t word) {
    d ^= word;
    for (int i = 0; i < kRounds; ++i) round();
    a ^= word;
  };
  std::uint64_t last = static_cast<std::uint64_t>(text.size()) << 56;
  for (; text.size() >= sizeof(last); text.remove_prefix(sizeof(last))) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof(word));
    take(word);
  }
  for (std::size_t i = 0; i < text.size(); ++i) last |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
  take(last);
  c ^= 0xff;
  for (int i = 0; i < kLastRounds; ++i) round();
  return a ^ b ^ c ^ d;
}

/// By this process's key. Any thread.
std::uint64_t hash_text(std::string_view text);

/// For tables of std::string_view as well.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return hash_text(text); }
};

template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

}  // namespace millrace
