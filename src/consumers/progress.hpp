// Progress: all that is kept of a consumer, in one record of the ledger beside the versions that it reads.
//
// Every position up to `cursor` is in one of four places, or done with: leased to a worker, due to be handed out again, waiting for its
// delay, parked. Times are durations and no instants: when one is over is for each instance to say by its own clock (watch.hpp).
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "consumers/spans.hpp"

namespace millrace::consumers {

using std::chrono::milliseconds;

/// What a worker was given and has not answered for yet.
struct Lease {
  std::uint64_t number = 0;  // what its token says: the fence
  milliseconds time{};
  std::uint64_t renewals = 0;
  Spans held = {};
  Spans done = {};  // answered for; to know a request that comes again

  friend bool operator==(const Lease&, const Lease&) = default;
};

/// What is handed out again after a while.
struct Delay {
  std::uint64_t number = 0;
  milliseconds time{};
  std::string reason = {};
  Spans held = {};

  friend bool operator==(const Delay&, const Delay&) = default;
};

/// What is not handed out any more until somebody says so.
struct Parked {
  std::string reason = {};
  Instant since = {};
  Spans held = {};

  friend bool operator==(const Parked&, const Parked&) = default;
};

struct Progress {
  std::string incarnation = {};  // another one for each consumer that is made, also under a name that was there before
  std::string filter = {};       // the query that it was made with
  Position cursor = 0;
  std::uint64_t numbers = 0;  // the last that was given to a lease or delay
  std::uint64_t attempts_max = 5;
  std::uint64_t acknowledged = 0;  // how many positions ever were
  std::vector<Lease> leases = {};
  Spans due = {};
  std::vector<Delay> delays = {};
  std::vector<Parked> parked = {};
  std::vector<std::uint64_t> finished = {};  // the last leases that were answered for as a whole

  std::uint64_t leased_count() const;
  std::uint64_t delayed_count() const;
  std::uint64_t parked_count() const;
  /// What is before the cursor and neither done nor parked.
  std::uint64_t open_count() const { return leased_count() + delayed_count() + due.size(); }
  /// The first position that is neither done nor parked; where nothing is open, the one behind the cursor.
  Position first_open() const;

  friend bool operator==(const Progress&, const Progress&) = default;
};

std::string to_text(const Progress& progress);
/// Error "consumer.record" (internal) when the text was not made by to_text().
Result<Progress> read_progress(std::string_view text);

/// Puts what failed, or was not answered for in time, where it belongs: a `delay` (0: it is due), or parked after the last attempt.
struct Return {
  const Spans& spans;
  std::string_view reason;
  milliseconds delay{};
};
void give_back(Progress& progress, const Return& returned);

/// How long a reason may be; what is beyond is cut, between characters.
inline constexpr std::size_t kReasonBytesMax = 256;
std::string cut_reason(std::string_view reason);

}  // namespace millrace::consumers
