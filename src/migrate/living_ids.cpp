#include "migrate/living_ids.hpp"

#include <cstring>
#include <string>
#include <utility>

#include "base/digest.hpp"

namespace millrace::migrate {
namespace {

/// Never 0, and even.
std::uint64_t key_of(std::string_view id) {
  const std::string digest = sha256(id);
  std::uint64_t key = 0;
  std::memcpy(&key, digest.data(), sizeof(key));
  return (key | 2u) & ~std::uint64_t{1};
}

}  // namespace

std::size_t LivingIds::place_of(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = (key >> 2) & mask;
  while (slots_[at] != 0 && (slots_[at] & ~std::uint64_t{1}) != key) at = (at + 1) & mask;
  return at;
}

bool LivingIds::lives(std::string_view id) const {
  return (slots_[place_of(key_of(id))] & 1u) != 0;
}

bool LivingIds::exchange(std::string_view id, bool lives) {
  const std::uint64_t key = key_of(id);
  if (4 * (size_ + 1) > 3 * slots_.size()) grow();
  std::uint64_t& slot = slots_[place_of(key)];
  if (slot == 0) ++size_;
  return (std::exchange(slot, key | (lives ? 1u : 0u)) & 1u) != 0;
}

void LivingIds::grow() {
  const std::vector<std::uint64_t> before = std::exchange(slots_, std::vector<std::uint64_t>(2 * slots_.size()));
  for (const std::uint64_t slot : before)
    if (slot != 0) slots_[place_of(slot & ~std::uint64_t{1})] = slot;
}

}  // namespace millrace::migrate
