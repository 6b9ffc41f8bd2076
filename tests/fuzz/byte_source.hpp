// Choices made by a fuzzer's bytes: each byte decides one thing, and when none is left every choice is the first.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace millrace {

class ByteSource {
 public:
  explicit ByteSource(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  /// From 0 to `count` - 1. Requires: 1 to 256.
  unsigned below(unsigned count) {
    if (bytes_.empty()) return 0;
    const std::uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte % count;
  }
  /// Once in so many; never when no byte is left.
  bool once_in(unsigned count) { return below(count) == count - 1; }
  std::string_view one_of(std::initializer_list<std::string_view> texts) {
    return texts.begin()[below(static_cast<unsigned>(texts.size()))];
  }
  bool empty() const { return bytes_.empty(); }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace millrace
