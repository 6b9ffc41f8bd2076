// How much memory a piece of code occupies at most: every operator new of the program is counted.
#pragma once

#include <cstddef>

namespace millrace::bench {

/// Bytes that were allocated since it was made and not freed, now and at most; by any thread, so let only one run.
class MemoryMeter {
 public:
  MemoryMeter();
  std::size_t peak() const;
  std::size_t kept() const;
  std::size_t allocations() const;

 private:
  std::ptrdiff_t start_;
  std::size_t allocations_start_;
};

}  // namespace millrace::bench
