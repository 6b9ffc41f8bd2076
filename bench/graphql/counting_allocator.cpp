#include "bench/graphql/counting_allocator.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace millrace::bench {
namespace {

std::atomic<std::ptrdiff_t> current = 0;
std::atomic<std::ptrdiff_t> highest = 0;
std::atomic<std::size_t> count = 0;

void* counted(void* memory) {
  if (memory == nullptr) std::abort();
  const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(::malloc_usable_size(memory));
  const std::ptrdiff_t now = current.fetch_add(size, std::memory_order_relaxed) + size;
  if (now > highest.load(std::memory_order_relaxed)) highest.store(now, std::memory_order_relaxed);
  count.fetch_add(1, std::memory_order_relaxed);
  return memory;
}

void release(void* memory) {
  if (memory == nullptr) return;
  current.fetch_sub(static_cast<std::ptrdiff_t>(::malloc_usable_size(memory)), std::memory_order_relaxed);
  std::free(memory);
}

}  // namespace

MemoryMeter::MemoryMeter() : start_(current), allocations_start_(count) {
  highest = current.load();
}
std::size_t MemoryMeter::peak() const {
  return static_cast<std::size_t>(highest - start_);
}
std::size_t MemoryMeter::kept() const {
  return current > start_ ? static_cast<std::size_t>(current - start_) : 0;
}
std::size_t MemoryMeter::allocations() const {
  return count - allocations_start_;
}

}  // namespace millrace::bench

void* operator new(std::size_t size) {
  return millrace::bench::counted(std::malloc(size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return millrace::bench::counted(std::aligned_alloc(static_cast<std::size_t>(alignment), size));
}
void operator delete(void* memory) noexcept {
  millrace::bench::release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  millrace::bench::release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  millrace::bench::release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  millrace::bench::release(memory);
}
