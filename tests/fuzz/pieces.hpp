// What a fuzzer's input looks like to whoever reads it from a connection: it comes in pieces.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace millrace {

/// How long each piece is, by two bytes of the input; 0: all at once.
class Pieces {
 public:
  explicit Pieces(std::uint16_t seed) : state_(seed) {}

  /// Takes the next piece off the text into a reader, from memory of its own: reading beyond it is an error that AddressSanitizer sees.
  template <class Reader>
  void give(Reader& reader, std::string_view& text) {
    const std::span<char> space = reader.space();
    const std::size_t count = std::min({space.size(), text.size(), next()});
    const std::vector<char> piece(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count));
    std::memcpy(space.data(), piece.data(), count);
    reader.received(count);
    text.remove_prefix(count);
  }

 private:
  std::size_t next() {
    if (state_ == 0) return SIZE_MAX;
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return 1 + (state_ >> 60);
  }
  std::uint64_t state_;
};

/// The seed that an input begins with, which is taken off it.
inline Pieces take_pieces(std::string_view& text) {
  if (text.size() < 2) return Pieces(0);
  const auto seed = static_cast<std::uint16_t>(static_cast<unsigned char>(text[0]) << 8 | static_cast<unsigned char>(text[1]));
  text.remove_prefix(2);
  return Pieces(seed);
}

}  // namespace millrace
