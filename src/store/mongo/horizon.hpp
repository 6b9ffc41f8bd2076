// The horizon of a collection: which of the versions that lie in it are visible. Its head document says so, and who writes.
//
//   {_id: COLLECTION, committed, epoch, owner, lease, recorded_at, wanted, wanted_at, voids: [{epoch, above}, ...]}
//
// One writer at a time: whoever takes the head raises `epoch` and stamps it on all that it writes. A version is visible when its position
// is at most `committed` and its epoch was not voided below it. A writer makes all that it wrote visible by one update of the head that
// holds for its own epoch alone, so it is all there or nothing; the next writer voids what an epoch that did not end left behind, and that
// epoch can then commit nothing more. A writer is taken for dead when its head stays as it is for the time of a lease, by the clock of who
// watches: clocks are not compared, and whoever is buried too soon loses a commit, never a version.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
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
  std::int64_t lease = 0;  // changes as long as the owner lives
  Instant recorded_at = {};
  std::string wanted = {};       // a writer that waits for its turn
  std::int64_t wanted_at = 0;    // changes as long as it does
  std::vector<Void> voids = {};  // by epoch

  bool is_void(std::int64_t position, std::int64_t of) const;
  bool sees(std::int64_t position, std::int64_t of) const { return position <= committed && !is_void(position, of); }
};

/// Where the collection stands now; the first one makes the head.
Result<Horizon> read_horizon(Client& client, const std::string& collection);

/// Who takes a head, and how it waits. For one thread.
struct Taker {
  std::string collection;
  std::string owner;
  std::chrono::microseconds lease;
  std::chrono::microseconds resolve;                     // how long the fate of a commit is looked for
  std::function<bool(std::chrono::microseconds)> pause;  // waits; false: at once, since all shall end
};

/// Takes the head: epoch and voids are those that it then has. `known`: as it may still be, or null. Error "store.busy" when others hold
/// it all the time.
Result<Horizon> take_head(Client& client, const Taker& taker, const Horizon* known);

/// Says that the owner still lives. False when it was taken for dead.
Result<bool> renew(Client& client, const Taker& taker, const Horizon& mine);

/// What becomes of the head with a commit.
struct Commit {
  std::int64_t committed;
  Instant recorded_at;
  bool keeps_head;  // for the next one
};

enum class Outcome : unsigned char {
  lost,  // nothing became visible, and never will
  done,
  kept,  // done, and the head is ours still
};

/// Makes everything up to `committed` visible. Error "store.unconfirmed" when it could not be found out whether it did.
Result<Outcome> commit(Client& client, const Taker& taker, const Horizon& mine, const Commit& commit);

/// Lets go without a commit. `wrote`: what was written is void.
Result<> let_go(Client& client, const Taker& taker, const Horizon& mine, bool wrote);

}  // namespace millrace::store::mongo
