// Watch: which leases and delays of a consumer are over, by the clock of this instance alone.
//
// What an instance sees for the first time begins then, for it: clocks of machines are never compared, and a clock that is set changes
// nothing. Hence a lease is over on the instance that gave it when its time has passed; another one, or the same after a restart, waits
// that long from when it first saw it. Never too soon, at times later.
#pragma once

#include <chrono>
#include <map>
#include <optional>

#include "consumers/progress.hpp"

namespace millrace::consumers {

/// For one thread at a time.
class Watch {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes note of what is there now, and forgets what is not.
  void look(const Progress& progress, Clock::time_point at);
  /// Takes note of what is there now as well: what was moved may not be written, and is over all the same.
  void add(const Progress& progress, Clock::time_point at);
  /// Moves what is over to where it goes. Requires: the progress was looked at. Whether it changed.
  bool settle(Progress& progress, Clock::time_point at) const;
  /// When the next of them is over; nothing when there is none.
  std::optional<Clock::time_point> next(const Progress& progress) const;

 private:
  struct Key {
    std::uint64_t number;
    std::uint64_t renewals;
    auto operator<=>(const Key&) const = default;
  };
  Clock::time_point end_of(const Lease& lease) const;
  Clock::time_point end_of(const Delay& delay) const;

  std::string incarnation_;
  std::map<Key, Clock::time_point> seen_;  // when each was for the first time
};

}  // namespace millrace::consumers
