#include "store/sqlite/places.hpp"

#include <sys/mman.h>

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

constexpr std::size_t kBytes = (std::size_t{kSetSize} << kSetBits) * sizeof(std::uint64_t);

std::span<std::uint64_t> set_of(std::uint64_t* slots, std::uint64_t hash) {
  return {slots + (hash & ((1U << kSetBits) - 1)) * kSetSize, kSetSize};
}

std::uint64_t tag_of(std::uint64_t hash) {
  return hash & ~kPositionMask;
}

std::uint64_t load(std::uint64_t& slot) {
  return std::atomic_ref(slot).load(std::memory_order_relaxed);
}

/// Zero, and no memory until it is written to: an allocator might write the zeros.
std::uint64_t* map_slots() {
  void* const slots = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return slots == MAP_FAILED ? nullptr : static_cast<std::uint64_t*>(slots);
}

}  // namespace

Places::Places() : slots_(map_slots()) {}

void Places::Unmap::operator()(std::uint64_t* slots) const {
  ::munmap(slots, kBytes);
}

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
