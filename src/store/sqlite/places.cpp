#include "store/sqlite/places.hpp"

#include <atomic>
#include <functional>
#include <span>

namespace millrace::store::sqlite {
namespace {

// A slot holds a position and a part of the id's hash; 0: nothing. An id may be in any of the slots of its set, which share a cache line.
constexpr unsigned kSetBits = 16;
constexpr unsigned kSetSize = 4;
constexpr unsigned kPositionBits = 40;
constexpr std::uint64_t kPositionMask = (std::uint64_t{1} << kPositionBits) - 1;

std::span<std::uint64_t> set_of(std::uint64_t* slots, std::uint64_t hash) {
  return {slots + (hash & ((1U << kSetBits) - 1)) * kSetSize, kSetSize};
}

std::uint64_t tag_of(std::uint64_t hash) {
  return hash & ~kPositionMask;
}

std::uint64_t load(std::uint64_t& slot) {
  return std::atomic_ref(slot).load(std::memory_order_relaxed);
}

}  // namespace

// What the system gives is zero, and no memory until it is written to.
Places::Places() : slots_(static_cast<std::uint64_t*>(std::calloc(std::size_t{kSetSize} << kSetBits, sizeof(std::uint64_t)))) {}

std::optional<document::Position> Places::find(std::string_view id) const {
  if (!slots_) return std::nullopt;
  const std::uint64_t hash = std::hash<std::string_view>{}(id);
  for (std::uint64_t& slot : set_of(slots_.get(), hash)) {
    const std::uint64_t held = load(slot);
    if (held != 0 && tag_of(held) == tag_of(hash)) return held & kPositionMask;
  }
  return std::nullopt;
}

void Places::remember(std::string_view id, document::Position position) {
  if (!slots_ || position > kPositionMask) return;
  const std::uint64_t hash = std::hash<std::string_view>{}(id);
  const auto set = set_of(slots_.get(), hash);
  std::uint64_t* chosen = &set[position % kSetSize];  // for want of a better one
  for (std::uint64_t& slot : set) {
    const std::uint64_t held = load(slot);
    if (held != 0 && tag_of(held) != tag_of(hash)) continue;
    chosen = &slot;
    if (held != 0) break;
  }
  std::atomic_ref(*chosen).store(tag_of(hash) | position, std::memory_order_relaxed);
}

}  // namespace millrace::store::sqlite
