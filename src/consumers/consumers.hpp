// Consumers: named readers of one entity's feed whose progress is kept here (specification section 7), for any number of workers on any
// number of instances.
//
//   claim   the next versions, each to one worker at a time, for the time of a lease; a token names the lease
//   ack     they are done with; results go first, each once, then the progress
//   nack    they failed: again after a delay, parked after the last attempt
//
// Whatever has a lease that is over is handed out again, and its token is worth nothing any more: "consumer.lease_over" (conflict). What a
// consumer is lies in the store's ledger; nothing here is needed after a crash.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/principal.hpp"
#include "consumers/progress.hpp"
#include "consumers/results.hpp"
#include "document/feed.hpp"

namespace millrace::consumers {

struct ClaimAsked {
  std::size_t max = 100;
  milliseconds lease{30'000};
  milliseconds wait{};  // where there is nothing to give
  /// The query that the consumer reads by; absent: that which it was made with. Another one than that: "consumer.filter" (conflict).
  std::optional<std::string> filter = {};
  /// Where a consumer that is made now begins: behind this position; nothing: behind the last one. Has no meaning for one that is there.
  std::optional<Position> after = 0;
  std::optional<std::uint64_t> attempts_max = {};  // from now on
  document::Asker asker = {};                      // who claims: what they may not see is passed over
};

/// A version that was handed out.
struct Delivered {
  std::shared_ptr<const document::Documents> documents;
  std::size_t index = 0;
  std::uint64_t attempt = 0;  // 1: the first time
};

struct Claimed {
  std::string token = {};  // empty: there is nothing
  Instant lease_until = {};
  std::vector<Delivered> events = {};  // in the order of positions
};

/// Which positions of a lease are meant.
struct Answered {
  std::string token;
  bool all = false;
  std::vector<Position> positions = {};  // where not all are
};

struct AckAsked {
  Answered answered;  // the positions of results are meant as well
  const Target* target = nullptr;
  std::vector<BroughtResult> results = {};
  document::View view = {};      // of who writes the results
  std::string_view author = {};  // the same, as document::Append has it
};

struct Acked {
  std::uint64_t acknowledged = 0;  // by this call: those that were before are not counted again
  std::vector<WrittenResult> results = {};
};

struct NackAsked {
  Answered answered;
  std::string reason = {};
  milliseconds delay{};
};

/// What a consumer is now, as an operator wants to see it.
struct Status {
  std::string name;
  Progress progress;
  Position head = 0;                        // the feed's last
  std::optional<Instant> oldest_open = {};  // when the first version that is not done with was recorded
};

struct ConsumersOptions {
  document::Store* store = nullptr;  // outlives the consumers
  document::Feed* feed = nullptr;    // the store's; outlives the consumers
  /// A filter of the text that ClaimAsked has.
  std::function<Result<document::Filter>(std::string_view)> make_filter;
  std::size_t open_max = 10'000;             // versions of a consumer that are leased, due or waiting; more are not handed out
  std::size_t parked_max = 10'000;           // then claims are refused
  std::size_t consumers_max = 1'000;         // of one scope
  std::size_t consumers_total_max = 10'000;  // of all scopes that see a part: whoever sees all can make more, and delete others' (remove)
  std::size_t claim_bytes_max = 8u << 20;    // of the texts of a claim; one version may have more
  milliseconds scan_max{1'000};              // of looking for a version that a filter lets through, in one claim that does not wait
  milliseconds poll_interval{500};           // between looks for what other instances gave back, for who waits
};

/// Any thread with a loop. Errors of the store are passed on; "consumer.not_found".
///
/// Where not all who claim see the same (document::Store::feed_scope), those who do must not share a name with those who do not: a version
/// that is passed over for one is passed over for the consumer. So a name is that which a client gave and, behind a tilde, the scope.
class Consumers {
 public:
  static constexpr std::string_view kSeesAll = "all";  // the scope of those who do, where others do not

  explicit Consumers(ConsumersOptions options);
  ~Consumers();

  /// A name that a consumer may have.
  static bool is_name(std::string_view name);

  /// Makes the consumer where there is none. Errors: "consumer.filter", "consumer.parked" and "consumer.open" (overloaded) when it holds
  /// too much, "consumer.too_many", "feed.position".
  Task<Claimed> claim(std::string name, ClaimAsked asked);
  /// Errors: "consumer.token", "consumer.lease_over", "consumer.position" (conflict), those of Results.
  Task<Acked> ack(std::string name, AckAsked asked);
  /// How many went back.
  Task<std::uint64_t> nack(std::string name, NackAsked asked);
  /// The lease begins anew, for this time; until when.
  Task<Instant> extend(std::string name, std::string token, milliseconds lease);
  /// Hands a parked version out again, as if for the first time; all without a position. How many; "consumer.not_parked".
  Task<std::uint64_t> release(std::string name, std::optional<Position> position);
  Task<void> remove(std::string name);

  Task<Status> status(std::string name);
  /// Those of a scope, or of all, in the order of their names; at most `limit`.
  Task<std::vector<Status>> list(std::optional<std::string> scope = {}, std::size_t limit = kNoLimit);

  static std::string_view name_of(std::string_view scoped) { return scoped.substr(0, scoped.find('~')); }
  /// Empty where all see the same.
  static std::string_view scope_of(std::string_view scoped) { return scoped.substr(std::min(name_of(scoped).size() + 1, scoped.size())); }
  static bool sees_all(std::string_view scope) { return scope.empty() || scope == kSeesAll; }

 private:
  static constexpr std::size_t kNoLimit = static_cast<std::size_t>(-1);
  struct Consumer;
  struct Held;
  struct Found;
  struct Tried;
  using Handle = std::shared_ptr<Consumer>;
  Handle handle(const std::string& name);
  void forget(const std::string& name, const Handle& consumer);
  Task<Held> read(Consumer& consumer, std::string_view name);
  Task<void> put_record(std::string name, const Held& held, Results* results);
  Task<bool> write(Consumer& consumer, std::string_view name, Held& held, Results* results = nullptr);
  Task<std::vector<std::string>> names();
  Task<void> check_room(std::string_view scope);
  Task<void> make(Held& held, const ClaimAsked& asked, std::string_view scope);
  Result<> prepare(Held& held, const ClaimAsked& asked);
  Task<Tried> try_claim(Consumer& consumer, std::string_view name, const ClaimAsked& asked, bool may_make);
  Task<void> hand_out_again(Progress& progress, const ClaimAsked& asked, Found& found);
  Task<void> hand_out_new(Consumer& consumer, Progress& progress, const ClaimAsked& asked, Found& found);
  Task<bool> wait(const Tried& tried, std::chrono::steady_clock::time_point deadline, const document::Asker& asker);
  using Change = std::function<Result<bool>(Progress&)>;
  /// `results` are written in the same commit; null: there are none.
  Task<void> change(std::string name, Change change, Results* results = nullptr);
  Task<void> try_change(Consumer& consumer, std::string_view name, Change change, Results* results);
  Task<void> try_remove(Consumer& consumer, std::string_view name);
  Task<Status> status_of(std::string name, Progress progress);

  const ConsumersOptions options_;
  std::mutex mutex_;
  TextMap<Handle> consumers_;  // GUARDED_BY(mutex_); those that somebody asked for
};

}  // namespace millrace::consumers
