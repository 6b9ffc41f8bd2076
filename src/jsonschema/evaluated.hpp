// Which members or elements of one value some keyword has spoken for: what unevaluatedProperties and unevaluatedItems ask.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace millrace::jsonschema {

/// A set of places in one object or array. Small ones need no memory of their own.
class Evaluated {
 public:
  void mark(std::uint32_t place) {
    if (place < kInline) {
      few_[place / 64] |= std::uint64_t{1} << (place % 64);
      return;
    }
    if (place - kInline >= many_.size()) many_.resize(place - kInline + 1);
    many_[place - kInline] = true;
  }

  /// Every place below that one.
  void mark_below(std::uint32_t end) {
    for (std::uint32_t place = 0; place < end; ++place) mark(place);
  }

  bool has(std::uint32_t place) const {
    if (place < kInline) return (few_[place / 64] >> (place % 64) & 1) != 0;
    return place - kInline < many_.size() && many_[place - kInline];
  }

  void merge(const Evaluated& other) {
    for (std::size_t i = 0; i < few_.size(); ++i) few_[i] |= other.few_[i];
    if (other.many_.size() > many_.size()) many_.resize(other.many_.size());
    for (std::size_t i = 0; i < other.many_.size(); ++i) {
      if (other.many_[i]) many_[i] = true;
    }
  }

 private:
  static constexpr std::uint32_t kInline = 128;
  std::array<std::uint64_t, kInline / 64> few_{};
  std::vector<bool> many_;
};

}  // namespace millrace::jsonschema
