#include "observe/spans.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace millrace::observe {
namespace {

/// The same share of all numbers of 64 bits; all of them is the last one.
std::uint64_t bound_of(double share) {
  if (share >= 1) return UINT64_MAX;
  return share <= 0 ? 0 : static_cast<std::uint64_t>(std::ldexp(share, 64));
}

}  // namespace

void Spans::open(Limits limits) {
  const std::lock_guard lock(mutex_);
  kept_max_ = limits.kept;
  sampled_below_ = bound_of(limits.sample);
  is_open_ = true;
}

void Spans::close() {
  const std::lock_guard lock(mutex_);
  is_open_ = false;
  dropped_.add(waiting_.size());
  waiting_.clear();
}

bool Spans::samples(const Trace& trace) const {
  const std::uint64_t bound = sampled_below_.load(std::memory_order_relaxed);
  return is_open_.load(std::memory_order_relaxed) && bound > 0 && trace.low <= bound;
}

Trace Spans::rejoin(std::string_view id) const {
  Trace trace = join_trace(id);
  if (!trace) trace = begin_trace();
  trace.is_sampled = samples(trace);
  return trace;
}

Trace Spans::begin(std::string_view traceparent) const {
  Trace trace = continue_trace(traceparent);
  if (trace.parent == 0) trace.is_sampled = samples(trace);
  if (trace.parent != 0 && !keeps(trace)) trace.span = trace.parent;
  return trace;
}

void Spans::record(Span span) {
  const std::lock_guard lock(mutex_);
  if (!is_open_ || waiting_.size() >= kept_max_) return dropped_.add();
  waiting_.push_back(std::move(span));
}

std::vector<Span> Spans::take(std::size_t most) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() <= most) return std::exchange(waiting_, {});
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(most);
  std::vector<Span> taken(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return taken;
}

std::size_t Spans::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

}  // namespace millrace::observe
