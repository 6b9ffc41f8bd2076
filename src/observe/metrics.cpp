#include "observe/metrics.hpp"

namespace millrace::observe {

std::size_t next_stripe() {
  static std::atomic<std::size_t> next{0};
  return next.fetch_add(1, std::memory_order_relaxed) % kStripes;
}

std::uint64_t Counter::value() const {
  std::uint64_t total = 0;
  for (const Cell& cell : cells_) total += cell.value.load(std::memory_order_relaxed);
  return total;
}

Histogram::Totals Histogram::totals() const {
  Totals totals;
  for (const Cells& cells : cells_) {
    for (std::size_t i = 0; i <= bounds_.size(); ++i) totals.counts[i] += cells.counts[i].load(std::memory_order_relaxed);
    totals.sum += cells.sum.load(std::memory_order_relaxed);
  }
  return totals;
}

}  // namespace millrace::observe
