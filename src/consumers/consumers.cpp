#include "consumers/consumers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/id.hpp"
#include "consumers/consumer.hpp"
#include "consumers/leases.hpp"
#include "document/feed_place.hpp"

namespace millrace::consumers {
namespace {

using document::Documents;
using Clock = Watch::Clock;

constexpr std::string_view kPrefix = "consumer/";
constexpr std::size_t kNameMax = 100;
constexpr int kAttemptsMax = 200;  // times that another instance was faster

std::string record_name(std::string_view name) {
  return std::string(kPrefix).append(name);
}

Error not_found(std::string_view name) {
  return {ErrorKind::not_found, "consumer.not_found", fmt::format("There is no consumer \"{}\".", Consumers::name_of(name)),
          "The first claim makes it."};
}

Error contended() {
  return {ErrorKind::overloaded, "consumer.contended", "Other instances wrote what is kept of the consumer each time before this one."};
}

}  // namespace

Consumers::Consumers(ConsumersOptions options) : options_(std::move(options)) {}
Consumers::~Consumers() = default;

bool Consumers::is_name(std::string_view name) {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kNameMax && !name.starts_with('.') && std::ranges::all_of(name, is_good);
}

Consumers::Handle Consumers::handle(const std::string& name) {
  const std::lock_guard lock(mutex_);
  Handle& consumer = consumers_[name];
  if (!consumer) consumer = std::make_shared<Consumer>();
  return consumer;
}

/// Of names that are asked for in vain nothing is left.
void Consumers::forget(const std::string& name, const Handle& consumer) {
  const std::lock_guard lock(mutex_);
  const auto known = consumers_.find(name);
  if (known != consumers_.end() && known->second == consumer && consumer.use_count() == 2 && !consumer->is_there) consumers_.erase(known);
}

// --- The record
// ----------------------------------------------------------------------------------------------------------------------------

/// Requires: the consumer's turn.
Task<Consumers::Held> Consumers::read(Consumer& consumer, std::string_view name) {
  CO_TRY(const document::Record record, co_await options_.store->ledger().get(record_name(name)));
  Held held{.revision = record.revision};
  consumer.is_there = !record.value.empty();
  if (record.value.empty()) co_return std::move(held);
  CO_TRY(held.progress, read_progress(record.value));
  held.is_there = true;
  const auto at = Clock::now();
  consumer.watch.look(held.progress, at);
  held.has_changed = consumer.watch.settle(held.progress, at);
  // What has just become a delay begins now.
  if (held.has_changed) consumer.watch.add(held.progress, at);
  co_return std::move(held);
}

/// In one commit with results, where there are some.
Task<void> Consumers::put_record(std::string name, const Held& held, Results* results) {
  document::Ledger& ledger = options_.store->ledger();
  std::string value = to_text(held.progress);
  if (results != nullptr) {
    const document::RecordWrite record{&ledger, name, value, held.revision};
    Result<> written = co_await results->write(&record);
    co_return written;
  }
  const auto put = co_await ledger.put(name, std::move(value), held.revision);
  if (!put) co_return Failure(put.error());
  co_return {};
}

/// False when another instance was faster: what was read is old then. Requires: the consumer's turn.
Task<bool> Consumers::write(Consumer& consumer, std::string_view name, Held& held, Results* results) {
  Result<> put = co_await put_record(record_name(name), held, results);
  if (put) {
    consumer.is_there = true;
    consumer.watch.look(held.progress, Clock::now());
    co_return true;
  }
  if (put.error().code != "ledger.revision") co_return Failure(put.error());
  CO_TRY_OK(co_await io::pause(milliseconds(1)));
  co_return false;
}

Task<void> Consumers::change(std::string name, Change change, Results* results) {
  const Handle consumer = handle(name);
  Result<> changed = co_await try_change(*consumer, name, std::move(change), results);
  if (!changed) forget(name, consumer);
  co_return changed;
}

Task<void> Consumers::try_change(Consumer& consumer, std::string_view name, Change change, Results* results) {
  CO_TRY(const Turns::Turn turn, co_await consumer.turns.take());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    CO_TRY(Held held, co_await read(consumer, name));
    if (!held.is_there) co_return Failure(not_found(name));
    CO_TRY(const bool changed, change(held.progress));
    if (!changed && !held.has_changed) {
      // What was answered for before has its results; whether these are they is found by writing them.
      if (results != nullptr) {
        CO_TRY_OK(co_await results->write());
      }
      co_return {};
    }
    CO_TRY(const bool written, co_await write(consumer, name, held, results));
    if (written) co_return {};
  }
  co_return Failure(contended());
}

// --- Claims
// --------------------------------------------------------------------------------------------------------------------------------

/// All of them, with their scopes.
Task<std::vector<std::string>> Consumers::names() {
  CO_TRY(auto all, co_await options_.store->ledger().names(kPrefix, options_.consumers_total_max + options_.consumers_max));
  for (std::string& name : all) name.erase(0, kPrefix.size());
  co_return std::move(all);
}

/// Who may make as many as they like keeps nobody from making one but who shares their scope.
Task<void> Consumers::check_room(std::string_view scope) {
  CO_TRY(const auto all, co_await names());
  const auto are_of_scope = std::ranges::count_if(all, [scope](const std::string& name) { return scope_of(name) == scope; });
  const auto see_a_part = std::ranges::count_if(all, [](const std::string& name) { return !sees_all(scope_of(name)); });
  if (static_cast<std::size_t>(are_of_scope) >= options_.consumers_max)
    co_return Failure(Error{ErrorKind::overloaded, "consumer.too_many",
                            fmt::format("There are {} consumers already.", options_.consumers_max), "Delete those that are not used."});
  if (!sees_all(scope) && static_cast<std::size_t>(see_a_part) >= options_.consumers_total_max)
    co_return Failure(Error{ErrorKind::overloaded, "consumer.too_many", "There are too many consumers already.",
                            "Who may follow the whole feed can delete those that are not used."});
  co_return {};
}

Task<void> Consumers::make(Held& held, const ClaimAsked& asked, std::string_view scope) {
  Progress& progress = held.progress;
  CO_TRY_OK(co_await check_room(scope));
  CO_TRY(const Position last, co_await options_.store->last_position());
  CO_TRY(progress.cursor, document::feed_begin(asked.after, last));
  progress.incarnation = make_uuid7();
  progress.filter = asked.filter.value_or("");
  held.has_changed = true;
  co_return {};
}

/// Checks what was asked against what the consumer is.
Result<> Consumers::prepare(Held& held, const ClaimAsked& asked) {
  Progress& progress = held.progress;
  if (asked.filter && *asked.filter != progress.filter)
    return Failure(Error{ErrorKind::conflict, "consumer.filter",
                         fmt::format("The consumer reads by another filter: \"{:.200}\".", progress.filter),
                         "Claim with the same or none, or under another name."});
  if (progress.parked_count() >= options_.parked_max)
    return Failure(Error{ErrorKind::overloaded, "consumer.parked",
                         fmt::format("{} versions are parked: the consumer stands still until some are released.", progress.parked_count()),
                         "See why they failed, release them, or delete the consumer."});
  if (asked.attempts_max && *asked.attempts_max != progress.attempts_max) {
    progress.attempts_max = *asked.attempts_max;
    held.has_changed = true;
  }
  return {};
}

Task<Claimed> Consumers::claim(std::string name, ClaimAsked asked) {
  const auto deadline = Clock::now() + asked.wait;
  const Handle consumer = handle(name);
  for (bool is_first = true;; is_first = false) {
    auto tried = co_await try_claim(*consumer, name, asked, is_first);
    if (!tried) {
      forget(name, consumer);
      co_return Failure(std::move(tried).error());
    }
    if (!tried->claimed.events.empty()) co_return std::move(tried->claimed);
    CO_TRY(const bool goes_on, co_await wait(*tried, deadline, asked.asker));
    if (goes_on) continue;
    if (!tried->is_full) co_return Claimed{};
    co_return Failure(
        Error{ErrorKind::overloaded, "consumer.open",
              fmt::format("{} versions are handed out or wait for another try: there are no more until some are done.", options_.open_max),
              "Acknowledge what was claimed."});
  }
}

/// Waits until there may be something; false when the time is up, or all shall end.
Task<bool> Consumers::wait(const Tried& tried, Clock::time_point deadline, const document::Asker& asker) {
  const auto at = Clock::now();
  if (at >= deadline) co_return false;
  auto until = std::min(deadline, at + options_.poll_interval);
  if (tried.next) until = std::min(until, *tried.next);
  const auto patience = std::max(std::chrono::ceil<milliseconds>(until - at), milliseconds(1));
  // Also where nothing new is waited for: it tells when all shall end.
  CO_TRY(document::Follower follower, options_.feed->follow(tried.read_until, asker));
  if (tried.is_full) {
    CO_TRY_OK(co_await io::pause(patience));
    co_return true;
  }
  CO_TRY(const document::Changes changes, co_await follower.next(patience));
  co_return !changes.is_over;
}

Task<Consumers::Tried> Consumers::try_claim(Consumer& consumer, std::string_view name, const ClaimAsked& asked, bool may_make) {
  CO_TRY(const Turns::Turn turn, co_await consumer.turns.take());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    CO_TRY(Held held, co_await read(consumer, name));
    if (!held.is_there && !may_make)
      co_return Failure(Error{ErrorKind::not_found, "consumer.not_found", "The consumer was deleted meanwhile."});
    if (!held.is_there) {
      CO_TRY_OK(co_await make(held, asked, scope_of(name)));
    }
    CO_TRY_OK(prepare(held, asked));
    Progress& progress = held.progress;
    Found found;
    CO_TRY_OK(co_await hand_out_again(progress, asked, found));
    CO_TRY_OK(co_await hand_out_new(consumer, progress, asked, found));
    held.has_changed |= found.has_moved || !found.events.empty();
    Tried tried{.read_until = found.read_until, .is_full = found.is_full};
    if (!found.events.empty()) {
      progress.leases.push_back({.number = ++progress.numbers, .time = asked.lease, .held = std::move(found.spans)});
      tried.claimed = {.token = token_of(progress, progress.leases.back()),
                       .lease_until = now() + std::chrono::microseconds(asked.lease),
                       .events = std::move(found.events)};
    }
    bool written = true;
    if (held.has_changed) {
      CO_TRY(written, co_await write(consumer, name, held));
    }
    if (!written) continue;
    tried.next = consumer.watch.next(progress);
    co_return std::move(tried);
  }
  co_return Failure(contended());
}

/// How many versions from the first due one on are read at once: up to another due one that is near.
std::size_t due_extent(const Spans& due) {
  const Position first = due.front();
  Position last = first;
  for (const Span& span : due) {
    if (span.first - first >= kScanVersions) break;
    last = std::min(span.last, first + (kScanVersions - 1));
  }
  return last - first + 1;
}

/// What is due, as much as has room.
Task<void> Consumers::hand_out_again(Progress& progress, const ClaimAsked& asked, Found& found) {
  Spans due = progress.due.take(asked.max);
  while (!due.empty() && found.bytes < options_.claim_bytes_max) {
    const Position first = due.front();
    document::View view = asked.asker.view();
    view.bytes_max = options_.claim_bytes_max - found.bytes;
    CO_TRY(Documents changes, co_await options_.store->changes(first - 1, due_extent(due), view));
    if (changes.empty() || changes.envelope(0).position != first)
      co_return Failure(Error{ErrorKind::internal, "consumer.record", "The consumer is further than the versions that there are."});
    const auto documents = std::make_shared<const Documents>(std::move(changes));
    for (std::size_t i = 0; i < documents->size(); ++i) {
      const auto attempts = due.remove(documents->envelope(i).position);
      if (attempts && documents->found(i)) found.add(documents, i, *attempts + 1);
    }
  }
  progress.due.add(due);
  co_return {};
}

/// What comes behind the cursor and is let through by the filter.
Task<void> Consumers::hand_out_new(Consumer& consumer, Progress& progress, const ClaimAsked& asked, Found& found) {
  const std::size_t max = asked.max;
  const std::uint64_t open = progress.open_count() + found.events.size();
  const std::size_t room =
      std::min<std::uint64_t>(max, found.events.size() + options_.open_max - std::min<std::uint64_t>(open, options_.open_max));
  found.is_full = room < max && found.events.size() >= room;
  CO_TRY(const document::Filter filter, options_.make_filter(progress.filter));
  const bool takes_all = progress.filter.empty();
  Position at = consumer.read_until(progress);
  const auto latest = Clock::now() + options_.scan_max;
  while (found.events.size() < room && found.bytes < options_.claim_bytes_max && (found.events.empty() ? Clock::now() < latest : true)) {
    const std::size_t limit = takes_all ? room - found.events.size() : kScanVersions;
    document::View view = asked.asker.view();
    view.bytes_max = takes_all ? options_.claim_bytes_max - found.bytes : kScanBytes;
    CO_TRY(Documents changes, co_await options_.store->changes(at, limit, view));
    if (changes.empty()) break;
    const auto documents = std::make_shared<const Documents>(std::move(changes));
    for (std::size_t i = 0; i < documents->size() && found.events.size() < room && found.bytes < options_.claim_bytes_max; ++i) {
      at = documents->envelope(i).position;
      if (documents->found(i) && (takes_all || matches(filter, {}, documents->text(i)))) found.add(documents, i, 1);
    }
  }
  found.read_until = at;
  // A little way without a find is kept in mind only: it need not be written down.
  const bool goes_on = at > progress.cursor && (!found.events.empty() || at - progress.cursor >= kUnwrittenMax);
  if (goes_on) progress.cursor = at;
  found.has_moved = goes_on;
  consumer.note(progress, at);
  co_return {};
}

// --- Answers to claims
// ---------------------------------------------------------------------------------------------------------------------

Task<Acked> Consumers::ack(std::string name, AckAsked asked) {
  for (const BroughtResult& result : asked.results) {
    if (!asked.answered.all) asked.answered.positions.push_back(result.position);
  }
  Acked acked;
  std::optional<Results> results;
  bool together = false;  // results and progress in one commit
  if (!asked.results.empty()) {
    bool is_finished = false;
    Change look = [&](Progress& progress) -> Result<bool> {
      Progress copy = progress;
      TRY(Lease* const lease, find_lease(copy, asked.answered.token));
      is_finished = lease == nullptr;
      if (lease == nullptr) return false;
      TRY_OK(check_results(*lease, asked.results));
      TRY_OK(take_answered(*lease, asked.answered));
      return false;
    };
    CO_TRY_OK(co_await change(name, std::move(look)));
    if (is_finished) co_return acked;
    const ResultsOf of{*options_.store, name, *asked.target, asked.results, asked.view, asked.author};
    CO_TRY(results, co_await Results::make(of));
    together = asked.target->store->commits_with(options_.store->ledger());
    if (!together) {
      CO_TRY_OK(co_await results->write());
    }
  }
  Change settle = [&](Progress& progress) -> Result<bool> {
    acked.acknowledged = 0;
    TRY(Lease* const lease, find_lease(progress, asked.answered.token));
    if (lease == nullptr) return false;
    TRY(const Spans taken, take_answered(*lease, asked.answered));
    acked.acknowledged = taken.size();
    progress.acknowledged += taken.size();
    finish(progress, lease->number);
    return !taken.empty();
  };
  CO_TRY_OK(co_await change(name, std::move(settle), together ? &*results : nullptr));
  if (results) acked.results = results->take_written();
  co_return std::move(acked);
}

Task<std::uint64_t> Consumers::nack(std::string name, NackAsked asked) {
  std::uint64_t count = 0;
  Change settle = [&](Progress& progress) -> Result<bool> {
    count = 0;
    TRY(Lease* const lease, find_lease(progress, asked.answered.token));
    if (lease == nullptr) return false;
    TRY(const Spans taken, take_answered(*lease, asked.answered));
    count = taken.size();
    finish(progress, lease->number);
    give_back(progress, {.spans = taken, .reason = asked.reason, .delay = asked.delay});
    return count > 0;
  };
  CO_TRY_OK(co_await change(std::move(name), std::move(settle)));
  co_return count;
}

Task<Instant> Consumers::extend(std::string name, std::string token, milliseconds lease) {
  Instant until;
  Change renew = [&](Progress& progress) -> Result<bool> {
    TRY(Lease* const found, find_lease(progress, token));
    if (found == nullptr)
      return Failure(Error{ErrorKind::conflict, "consumer.lease_over", "All that the lease held was answered for.", "Claim anew."});
    found->time = lease;
    ++found->renewals;
    until = now() + std::chrono::microseconds(lease);
    return true;
  };
  CO_TRY_OK(co_await change(std::move(name), std::move(renew)));
  co_return until;
}

Task<std::uint64_t> Consumers::release(std::string name, std::optional<Position> position) {
  std::uint64_t count = 0;
  Change give = [&](Progress& progress) -> Result<bool> {
    count = 0;
    for (Parked& parked : progress.parked) {
      const Spans held = parked.held;
      for (const Span& span : held) {
        const bool is_meant = !position || (span.first <= *position && *position <= span.last);
        if (!is_meant) continue;
        const Span freed = position ? Span{*position, *position, 0} : Span{span.first, span.last, 0};
        if (position) (void)parked.held.remove(*position);
        progress.due.add(freed);
        count += freed.size();
      }
      if (!position) parked.held = {};
    }
    std::erase_if(progress.parked, [](const Parked& parked) { return parked.held.empty(); });
    if (count == 0 && position)
      return Failure(Error{ErrorKind::not_found, "consumer.not_parked", fmt::format("The position {} is not parked.", *position)});
    return count > 0;
  };
  CO_TRY_OK(co_await change(std::move(name), std::move(give)));
  co_return count;
}

Task<void> Consumers::remove(std::string name) {
  const Handle consumer = handle(name);
  Result<> removed = co_await try_remove(*consumer, name);
  forget(name, consumer);
  co_return removed;
}

Task<void> Consumers::try_remove(Consumer& consumer, std::string_view name) {
  CO_TRY(const Turns::Turn turn, co_await consumer.turns.take());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    CO_TRY(const document::Record record, co_await options_.store->ledger().get(record_name(name)));
    consumer.is_there = false;
    if (record.value.empty()) co_return Failure(not_found(name));
    const auto put = co_await options_.store->ledger().put(record_name(name), {}, record.revision);
    if (put) co_return {};
    if (put.error().code != "ledger.revision") co_return Failure(put.error());
  }
  co_return Failure(contended());
}

// --- What is seen of them
// --------------------------------------------------------------------------------------------------------------------

Task<Status> Consumers::status(std::string name) {
  Progress found;
  Change look = [&](Progress& progress) -> Result<bool> {
    found = progress;
    return false;
  };
  CO_TRY_OK(co_await change(name, std::move(look)));
  auto status = co_await status_of(std::move(name), std::move(found));
  co_return status;
}

Task<Status> Consumers::status_of(std::string name, Progress progress) {
  Status status{.name = std::move(name), .progress = std::move(progress)};
  CO_TRY(status.head, co_await options_.store->last_position());
  const Position oldest = status.progress.first_open();
  if (oldest > status.head) co_return std::move(status);
  CO_TRY(const Documents version, co_await options_.store->changes(oldest - 1, 1, {.bytes_max = 1}));
  if (!version.empty()) status.oldest_open = version.envelope(0).recorded_at;
  co_return std::move(status);
}

Task<std::vector<Status>> Consumers::list(std::optional<std::string> scope, std::size_t limit) {
  CO_TRY(auto known, co_await names());
  if (scope) std::erase_if(known, [&scope](const std::string& name) { return scope_of(name) != *scope; });
  if (known.size() > limit) known.resize(limit);
  std::vector<Status> all;
  for (const std::string& name : known) {
    auto one = co_await status(name);
    if (one) all.push_back(*std::move(one));
    if (!one && one.error().code != "consumer.not_found") co_return Failure(std::move(one).error());
  }
  co_return std::move(all);
}

}  // namespace millrace::consumers
