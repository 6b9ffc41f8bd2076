// Where a piece of work stands in a trace: W3C Trace Context, level 1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

/// A span: a piece of work, the trace that it is part of, and the span that asked for it. All zero: none.
struct Trace {
  std::uint64_t high = 0;  // of the trace's id
  std::uint64_t low = 0;
  std::uint64_t span = 0;
  std::uint64_t parent = 0;  // 0: nobody asked for it
  bool is_sampled = false;   // whoever asked keeps the trace

  explicit operator bool() const { return (high | low) != 0; }
  bool operator==(const Trace&) const = default;

  /// Work that this span asks for. Requires: not none.
  Trace child() const;
  /// The header `traceparent` for whoever is asked by this span. Requires: not none.
  std::string traceparent() const;
  /// 32 hexadecimal digits.
  std::string id() const;
};

/// 16 hexadecimal digits.
std::string to_span_id(std::uint64_t span);

/// A span that nobody asked for, the first of a trace of its own.
Trace begin_trace();

/// A span that was asked for with this `traceparent`; without one, or where it is none as section 3.2 has it, begin_trace().
Trace continue_trace(std::string_view traceparent);

/// A span of the trace of this id (Trace::id), of which nobody knows who asked for it; none where that is no id.
Trace join_trace(std::string_view id);

}  // namespace millrace
