// What an instance knows of a consumer while it works on it: nothing that may not be lost.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "consumers/consumers.hpp"
#include "consumers/turns.hpp"
#include "consumers/watch.hpp"

namespace millrace::consumers {

// Of looking for what a filter lets through.
inline constexpr std::size_t kScanVersions = 256;     // at a time
inline constexpr std::size_t kScanBytes = 1u << 20;   // likewise
inline constexpr std::uint64_t kUnwrittenMax = 1000;  // versions that may be looked at again after a restart

/// Its members belong to whoever has the turn. It stays as long as the consumer is there: with it goes when leases were first seen.
struct Consumers::Consumer {
  Turns turns = {};
  Watch watch = {};
  std::atomic<bool> is_there = false;  // as it was read or written last; whoever has no turn may look

  /// How far the feed was read for a consumer that stands there.
  Position read_until(const Progress& progress) const {
    const bool is_same = progress.incarnation == incarnation_ && progress.cursor == cursor_;
    return is_same ? until_ : progress.cursor;
  }
  void note(const Progress& progress, Position until) {
    incarnation_ = progress.incarnation;
    cursor_ = progress.cursor;
    until_ = until;
  }

 private:
  std::string incarnation_ = {};
  Position cursor_ = 0;
  Position until_ = 0;
};

/// The record as it was read.
struct Consumers::Held {
  Progress progress = {};
  std::uint64_t revision = 0;
  bool is_there = false;
  bool has_changed = false;  // since it was read
};

/// What is handed out.
struct Consumers::Found {
  Spans spans = {};
  std::vector<Delivered> events = {};
  std::size_t bytes = 0;
  Position read_until = 0;
  bool has_moved = false;  // the cursor
  bool is_full = false;    // too much is open for more

  void add(const std::shared_ptr<const document::Documents>& documents, std::size_t index, std::uint64_t attempt) {
    const Position position = documents->envelope(index).position;
    spans.add({position, position, attempt});
    bytes += documents->text(index).size();
    events.push_back({documents, index, attempt});
  }
};

/// What became of a try to claim.
struct Consumers::Tried {
  Claimed claimed = {};
  Position read_until = 0;
  std::optional<Watch::Clock::time_point> next = {};  // when something is given back
  bool is_full = false;
};

}  // namespace millrace::consumers
