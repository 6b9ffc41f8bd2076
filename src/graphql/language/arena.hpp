// Memory for what lives and dies together: a document's nodes.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace::graphql {

/// Hands out memory from a few large chunks, each larger than the one before, and frees all of it at once. Movable: what was made stays
/// where it is.
class Arena {
 public:
  Arena() = default;
  Arena(Arena&& other) noexcept
      : chunks_(std::move(other.chunks_)),
        free_(std::exchange(other.free_, nullptr)),
        end_(std::exchange(other.end_, nullptr)),
        bytes_(std::exchange(other.bytes_, 0)) {}
  Arena& operator=(Arena&& other) noexcept {
    std::swap(chunks_, other.chunks_);
    std::swap(free_, other.free_);
    std::swap(end_, other.end_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  /// A new T, whose destructor is never called: it must have none that matters.
  template <class T>
  T* make() {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kAlignment);
    constexpr std::size_t kSize = (sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    if (static_cast<std::size_t>(end_ - free_) < kSize) grow(kSize);
    std::byte* place = std::exchange(free_, free_ + kSize);
    return ::new (place) T();
  }

  /// What it holds, in use or not.
  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kAlignment = alignof(std::max_align_t) > 8 ? 8 : alignof(std::max_align_t);
  static constexpr std::size_t kFirstBytes = 2048;
  static constexpr std::size_t kChunkBytesMax = 64 * 1024;

  void grow(std::size_t size) {
    std::size_t wanted = bytes_ == 0 ? kFirstBytes : bytes_;
    if (wanted > kChunkBytesMax) wanted = kChunkBytesMax;
    if (wanted < size) wanted = size;
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(wanted));
    free_ = chunks_.back().get();
    end_ = free_ + wanted;
    bytes_ += wanted;
  }

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::byte* free_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace millrace::graphql
