// Positions as ranges, each with how often it was handed out: what is held, due or parked of a feed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/document.hpp"

namespace millrace::consumers {

using document::Position;

/// Positions from first to last, all with as many attempts.
struct Span {
  Position first = 0;
  Position last = 0;
  std::uint64_t attempts = 0;

  std::uint64_t size() const { return last - first + 1; }
  friend bool operator==(const Span&, const Span&) = default;
};

/// In order, without overlaps; what touches and has as many attempts is one span.
class Spans {
 public:
  /// Requires: none of its positions is there.
  void add(Span span);
  void add(const Spans& other);
  /// Takes one out; its attempts, or nothing when it is not there.
  std::optional<std::uint64_t> remove(Position position);
  /// Takes the first ones out, at most `count`.
  Spans take(std::uint64_t count);

  /// The attempts of a position; nothing when it is not there.
  std::optional<std::uint64_t> find(Position position) const;
  bool empty() const { return spans_.empty(); }
  std::uint64_t size() const;
  /// The first position. Requires: not empty.
  Position front() const { return spans_.front().first; }

  auto begin() const { return spans_.begin(); }
  auto end() const { return spans_.end(); }
  friend bool operator==(const Spans&, const Spans&) = default;

 private:
  std::vector<Span> spans_;
};

/// "1-5x1,9x2".
std::string to_text(const Spans& spans);
/// Nothing when it is not that.
std::optional<Spans> read_spans(std::string_view text);

}  // namespace millrace::consumers
