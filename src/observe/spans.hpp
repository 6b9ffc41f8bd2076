// Spans: pieces of work that were done, each at its place in a trace (base/trace.hpp), on their way to whoever exports them.
//
// A span is kept when there is an exporter and its trace is sampled: as whoever began it wants it, or by chance where it begins here. What
// is not kept is not made: then whoever is asked for something is told the span that we were asked by, as if we were not there. There is
// room for so many; more are dropped and counted. Nothing waits here.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/instant.hpp"
#include "base/trace.hpp"
#include "observe/metrics.hpp"

namespace millrace::observe {

/// As OpenTelemetry numbers them.
enum class SpanKind : std::uint8_t { internal = 1, server = 2, client = 3, producer = 4, consumer = 5 };

using Attribute = std::pair<std::string_view, std::variant<std::int64_t, std::string>>;  // names are static

struct Span {
  Trace trace;  // its id, and that of its parent
  std::string name;
  SpanKind kind = SpanKind::internal;
  Instant start;
  std::chrono::nanoseconds took{};
  std::vector<Attribute> attributes = {};
  bool is_error = false;
};

/// Any thread.
class Spans {
 public:
  struct Limits {
    double sample = 1;          // of the traces that begin here: this share
    std::size_t kept = 10'000;  // spans that wait

    friend bool operator==(const Limits&, const Limits&) = default;
  };
  /// Somebody takes what is recorded.
  void open(Limits limits);
  /// Nobody does any more; what waits is dropped.
  void close();

  bool is_open() const { return is_open_.load(std::memory_order_relaxed); }
  /// Whether a span of the trace is worth recording.
  bool keeps(const Trace& trace) const { return trace.is_sampled && is_open_.load(std::memory_order_relaxed); }
  /// The place of a piece of work that was asked for with this header, or with none.
  Trace begin(std::string_view traceparent) const;
  /// The place of a piece of work in the trace of which this is the id, long after: whether it is kept follows from the id, so that it is
  /// kept where what began here was. Of none: a trace of its own.
  Trace rejoin(std::string_view id) const;
  /// The place of work that this one asks for: of a span of its own, or of this one where none is kept.
  Trace child(const Trace& trace) const { return keeps(trace) ? trace.child() : trace; }
  /// Requires: keeps(span.trace).
  void record(Span span);

  /// What waits, at most so many.
  std::vector<Span> take(std::size_t most);
  std::size_t waiting() const;
  std::uint64_t dropped() const { return dropped_.value(); }
  /// So many could not be delivered.
  void drop(std::size_t count) { dropped_.add(count); }

 private:
  bool samples(const Trace& trace) const;

  std::atomic<bool> is_open_ = false;
  std::atomic<std::uint64_t> sampled_below_ = 0;  // of the low half of a trace's id
  mutable std::mutex mutex_;
  std::size_t kept_max_ = 0;   // GUARDED_BY(mutex_)
  std::vector<Span> waiting_;  // GUARDED_BY(mutex_)
  Counter dropped_;
};

}  // namespace millrace::observe
