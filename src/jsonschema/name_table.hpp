// Names looked up at the speed of a comparison: built once from a schema, asked for every member of every document.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::jsonschema {

/// From names to small numbers, by open addressing. Only the schema's names are stored, so that nobody who sends documents can fill it.
class NameTable {
 public:
  static constexpr std::uint32_t kAbsent = 0xffff'ffff;

  /// Each name's number is its place in the list; of equal names the first counts. The names are copied.
  explicit NameTable(std::vector<std::string> names = {}) : names_(std::move(names)) {
    slots_.assign(std::bit_ceil(names_.size() * 2 + 1), kAbsent);
    for (std::uint32_t i = 0; i < names_.size(); ++i) {
      std::size_t slot = first_slot(names_[i]);
      while (slots_[slot] != kAbsent && names_[slots_[slot]] != names_[i]) slot = (slot + 1) & (slots_.size() - 1);
      if (slots_[slot] == kAbsent) slots_[slot] = i;
    }
  }

  std::uint32_t find(std::string_view name) const {
    for (std::size_t slot = first_slot(name);; slot = (slot + 1) & (slots_.size() - 1)) {
      const std::uint32_t index = slots_[slot];
      if (index == kAbsent) return kAbsent;
      const std::string& candidate = names_[index];
      if (candidate.size() == name.size() && std::memcmp(candidate.data(), name.data(), name.size()) == 0) return index;
    }
  }

  const std::vector<std::string>& names() const { return names_; }

 private:
  /// From the length and both ends: names of one schema seldom share all three.
  std::size_t first_slot(std::string_view name) const {
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    const std::size_t size = name.size();
    if (size >= 8) {
      std::memcpy(&head, name.data(), 8);
      std::memcpy(&tail, name.data() + size - 8, 8);
    } else if (size >= 4) {
      std::memcpy(&head, name.data(), 4);
      std::memcpy(&tail, name.data() + size - 4, 4);
    } else {
      for (char c : name) head = head << 8 | static_cast<unsigned char>(c);
    }
    const std::uint64_t mixed = (head ^ std::rotl(tail, 29) ^ size) * 0x9e3779b97f4a7c15u;
    return static_cast<std::size_t>(mixed >> 32) & (slots_.size() - 1);
  }

  std::vector<std::string> names_;
  std::vector<std::uint32_t> slots_;  // a power of two, at least half of it absent
};

}  // namespace millrace::jsonschema
