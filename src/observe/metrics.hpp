// Counters, gauges and histograms: a number that only grows, one that comes and goes, and how many of what came were how large.
//
// They are looked up once, at the registry, and kept: counting then is an addition, without a lock, on a line of memory that hardly any
// other thread writes to. Whoever reads adds up what the threads have.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace millrace::observe {

inline constexpr std::size_t kStripes = 8;
/// The next thread's place among the stripes.
std::size_t next_stripe();
/// The calling thread's.
inline std::size_t stripe() {
  constinit static thread_local std::size_t own = kStripes;
  if (own == kStripes) own = next_stripe();
  return own;
}

/// Any thread.
class Counter {
 public:
  void add(std::uint64_t count = 1) { cells_[stripe()].value.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const;

 private:
  struct alignas(64) Cell {
    std::atomic<std::uint64_t> value{0};
  };
  std::array<Cell, kStripes> cells_;
};

/// Any thread.
class Histogram {
 public:
  static constexpr std::size_t kBoundsMax = 16;
  /// Ascending, static; a value falls under the first bound that it does not exceed, or behind the last one.
  explicit Histogram(std::span<const std::uint64_t> bounds) : bounds_(bounds) {}

  void record(std::uint64_t value) {
    std::size_t bucket = 0;
    while (bucket < bounds_.size() && value > bounds_[bucket]) ++bucket;
    Cells& cells = cells_[stripe()];
    cells.counts[bucket].fetch_add(1, std::memory_order_relaxed);
    cells.sum.fetch_add(value, std::memory_order_relaxed);
  }
  void record(std::chrono::nanoseconds took) { record(static_cast<std::uint64_t>(took.count())); }

  struct Totals {
    std::array<std::uint64_t, kBoundsMax + 1> counts{};  // by bucket, one more than bounds
    std::uint64_t sum = 0;
  };
  Totals totals() const;
  std::span<const std::uint64_t> bounds() const { return bounds_; }

 private:
  struct alignas(64) Cells {
    std::array<std::atomic<std::uint64_t>, kBoundsMax + 1> counts{};
    std::atomic<std::uint64_t> sum{0};
  };
  const std::span<const std::uint64_t> bounds_;
  std::array<Cells, kStripes> cells_;
};

/// A number that comes and goes. Any thread.
class Gauge {
 public:
  void add(std::int64_t count) { value_.fetch_add(count, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Records how long it was there; with null it does not even look at the clock.
class Timer {
 public:
  explicit Timer(Histogram* histogram) : histogram_(histogram) {
    if (histogram_ != nullptr) begun_ = std::chrono::steady_clock::now();
  }
  ~Timer() {
    if (histogram_ != nullptr) histogram_->record(std::chrono::steady_clock::now() - begun_);
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  Histogram* const histogram_;
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace millrace::observe
