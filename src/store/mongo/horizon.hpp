// The horizon of a collection: which of the versions that lie in it are visible. Its head document says so, and who writes.
//
//   {_id: COLLECTION, committed, epoch, owner, lease, recorded_at, voids: [{epoch, above}, ...]}
//
// One writer at a time: whoever takes the head raises `epoch` and stamps it on all that it writes. A version is visible when its position
// is at most `committed` and its epoch was not voided below it. A writer makes all that it wrote visible by one update of the head that
// holds for its own epoch alone, so it is all there or nothing; the next writer voids what an epoch that did not end left behind, and that
// epoch can then commit nothing more. Clocks only decide how soon a writer is taken for dead: a wrong one costs a retry, never a version.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "store/mongo/connection.hpp"

namespace millrace::store::mongo {

inline constexpr const char* kHeads = "millrace_heads";

struct Void {
  std::int64_t epoch = 0;
  std::int64_t above = 0;  // positions
};

struct Horizon {
  std::int64_t committed = 0;
  std::int64_t epoch = 0;
  std::string owner = {};  // empty: nobody writes
  std::int64_t lease = 0;  // until when, in microseconds
  Instant recorded_at = {};
  std::vector<Void> voids = {};

  bool is_void(std::int64_t position, std::int64_t of) const;
  bool sees(std::int64_t position, std::int64_t of) const { return position <= committed && !is_void(position, of); }
};

/// Where the collection stands now; the first one makes the head.
Result<Horizon> read_horizon(Client& client, const std::string& collection);

/// Takes the head for `owner`: epoch and voids are those that it then has. `known`: as it may still be, or null. Error "store.busy" when
/// another holds it all the time.
Result<Horizon> take_head(Client& client, const std::string& collection, const std::string& owner, std::chrono::microseconds lease,
                          const Horizon* known);

/// Says that the owner still lives. False when it was taken for dead.
Result<bool> renew(Client& client, const std::string& collection, const Horizon& mine, std::chrono::microseconds lease);

/// Makes everything up to `committed` visible and lets go. False: nothing became visible, and never will.
/// Error "store.unconfirmed" when it could not be found out.
Result<bool> commit(Client& client, const std::string& collection, const Horizon& mine, std::int64_t committed, Instant recorded_at);

/// Lets go without a commit. `wrote`: what was written is void.
Result<> let_go(Client& client, const std::string& collection, const Horizon& mine, bool wrote);

}  // namespace millrace::store::mongo
