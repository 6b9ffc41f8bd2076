// Values by pairs of numbers: what was compared with what. Open addressing in one array, since a hostile document fills it to the brim of
// the budget and then throws it away.
#pragma once

#include <cstdint>
#include <vector>

namespace millrace::graphql::validation {

template <class T>
class PairTable {
 public:
  /// The value of the pair, made by default when the pair is new. Valid until the next call. Requires: not both are 0.
  T& at(std::uint32_t a, std::uint32_t b) {
    if (count_ * 2 >= slots_.size()) grow();
    Slot& slot = slots_[find_slot(key_of(a, b))];
    if (slot.key == 0) ++count_;
    slot.key = key_of(a, b);
    return slot.value;
  }

  /// The value of the pair; null when it has none.
  const T* find(std::uint32_t a, std::uint32_t b) const {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[find_slot(key_of(a, b))];
    return slot.key == 0 ? nullptr : &slot.value;
  }

  std::size_t size() const { return count_; }

 private:
  struct Slot {
    std::uint64_t key = 0;  // 0: free
    T value{};
  };

  static std::uint64_t key_of(std::uint32_t a, std::uint32_t b) { return std::uint64_t{a} << 32 | b; }

  /// Where the key is, or the free place for it.
  std::size_t find_slot(std::uint64_t key) const {
    std::uint64_t mixed = (key ^ (key >> 31)) * 0x9e3779b97f4a7c15;
    mixed = (mixed ^ (mixed >> 29)) * 0xbf58476d1ce4e5b9;
    std::size_t at = (mixed ^ (mixed >> 32)) & (slots_.size() - 1);
    while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    return at;
  }

  /// Doubles the array, whose size is a power of two.
  void grow() {
    std::vector<Slot> before(slots_.empty() ? kSizeFirst : slots_.size() * 2);
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.key != 0) slots_[find_slot(slot.key)] = slot;
    }
  }

  static constexpr std::size_t kSizeFirst = 64;

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace millrace::graphql::validation
