// Small values by pairs of numbers: what was compared with what. A hostile document fills it to the brim of the budget, so a pair takes no
// more than its bits: a row is a short list of columns at first, then a field of bits.
#pragma once

#include <cstdint>
#include <vector>

namespace millrace::graphql::validation {

/// Values of 1, 2 or 4 bits; 0 for every pair that was not set.
template <unsigned Bits>
class PairTable {
  static_assert(Bits == 1 || Bits == 2 || Bits == 4);

 public:
  unsigned get(std::uint32_t row, std::uint32_t column) const {
    if (row >= rows_.size()) return 0;
    const Row& in = rows_[row];
    if (in.is_list) {
      for (const std::uint32_t entry : in.entries)
        if (entry >> Bits == column) return entry & kMask;
      return 0;
    }
    const std::size_t word = column / kPerWord;
    return word < in.entries.size() ? in.entries[word] >> shift_of(column) & kMask : 0;
  }

  /// Requires: the value has no more bits, `column` has Bits fewer than 32.
  void set(std::uint32_t row, std::uint32_t column, unsigned value) {
    if (row >= rows_.size()) rows_.resize(row + 1);
    Row& in = rows_[row];
    if (in.is_list && !set_in_list(in, column, value)) spread(in);
    if (!in.is_list) set_bits(in, column, value);
  }

 private:
  static constexpr std::uint32_t kMask = (1u << Bits) - 1;
  static constexpr std::uint32_t kPerWord = 32 / Bits;
  static constexpr std::size_t kListMax = 32;

  struct Row {
    std::vector<std::uint32_t> entries;  // column and value; or words of values
    bool is_list = true;
  };

  static unsigned shift_of(std::uint32_t column) { return column % kPerWord * Bits; }

  /// False when the list is full.
  static bool set_in_list(Row& row, std::uint32_t column, unsigned value) {
    for (std::uint32_t& entry : row.entries) {
      if (entry >> Bits != column) continue;
      entry = column << Bits | value;
      return true;
    }
    if (row.entries.size() == kListMax) return false;
    row.entries.push_back(column << Bits | value);
    return true;
  }

  static void spread(Row& row) {
    std::vector<std::uint32_t> list;
    list.swap(row.entries);
    row.is_list = false;
    for (const std::uint32_t entry : list) set_bits(row, entry >> Bits, entry & kMask);
  }

  static void set_bits(Row& row, std::uint32_t column, unsigned value) {
    const std::size_t word = column / kPerWord;
    if (word >= row.entries.size()) row.entries.resize(word + 1);
    std::uint32_t& bits = row.entries[word];
    bits = (bits & ~(kMask << shift_of(column))) | value << shift_of(column);
  }

  std::vector<Row> rows_;
};

}  // namespace millrace::graphql::validation
