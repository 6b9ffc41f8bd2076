#include "store/mongo/horizon.hpp"

#include <poll.h>

#include <algorithm>
#include <optional>

namespace millrace::store::mongo {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kWaitMax{10};     // for another writer to end
constexpr std::chrono::seconds kResolveMax{20};  // for the fate of a commit whose answer was lost

/// There is no loop here: the writer's own thread waits for another machine, which tells nobody when it is done.
void wait(std::chrono::microseconds duration) {
  ::poll(nullptr, 0, static_cast<int>(std::max<std::int64_t>(1, duration.count() / 1000)));
}

Bson of(const std::string& collection) {
  return Bson().text("_id", collection);
}

Bson of(const std::string& collection, const Horizon& mine) {
  return Bson().text("_id", collection).integer("epoch", mine.epoch).text("owner", mine.owner);
}

Horizon horizon_of(const bson_t& document) {
  Horizon horizon{.committed = integer_at(document, "committed"),
                  .epoch = integer_at(document, "epoch"),
                  .owner = std::string(text_at(document, "owner")),
                  .lease = integer_at(document, "lease"),
                  .recorded_at = {integer_at(document, "recorded_at")}};
  bson_t voids;
  bson_iter_t at;
  if (!child_at(document, "voids", voids) || !bson_iter_init(&at, &voids)) return horizon;
  while (bson_iter_next(&at)) {
    bson_iter_t member;
    Void each;
    if (bson_iter_recurse(&at, &member) && bson_iter_find(&member, "epoch")) each.epoch = bson_iter_as_int64(&member);
    if (bson_iter_recurse(&at, &member) && bson_iter_find(&member, "above")) each.above = bson_iter_as_int64(&member);
    horizon.voids.push_back(each);
  }
  return horizon;
}

Result<std::optional<Horizon>> look(Client& client, const std::string& collection) {
  std::optional<Horizon> horizon;
  TRY_OK(client.find(kHeads, of(collection), Bson(), [&](const bson_t& document) {
    horizon = horizon_of(document);
    return false;
  }));
  return horizon;
}

Bson void_of(const Horizon& head) {
  return Bson().child("voids", Bson().integer("epoch", head.epoch).integer("above", head.committed));
}

/// Whether the head is now ours. What its last owner did not commit becomes void.
Result<bool> try_take(Client& client, const std::string& collection, const std::string& owner, Instant lease, Horizon& head) {
  const bool is_free = head.owner.empty();
  if (!is_free && head.owner != owner && head.lease > now().microseconds) return false;
  Bson change = Bson().child("$set", Bson().text("owner", owner).integer("epoch", head.epoch + 1).integer("lease", lease.microseconds));
  if (!is_free) change = std::move(change).child("$push", void_of(head));
  TRY(const std::int64_t matched, client.update(kHeads, of(collection, head), change));
  if (matched == 0) return false;
  if (!is_free) head.voids.push_back({.epoch = head.epoch, .above = head.committed});
  head.owner = owner;
  head.lease = lease.microseconds;
  ++head.epoch;
  return true;
}

/// What became of a commit whose answer was lost. As long as the head is ours it may still come: so it is taken away from that epoch.
Result<bool> resolve(Client& client, const std::string& collection, const Horizon& mine) {
  TRY(std::optional<Horizon> head, look(client, collection));
  if (!head) return false;
  if (head->epoch == mine.epoch && !head->owner.empty()) {
    const std::string owner = head->owner;
    TRY(const bool taken, try_take(client, collection, owner, now(), *head));
    if (!taken) return Failure(Error{ErrorKind::unavailable, "store.unavailable", "The storage cannot be reached."});
    TRY_OK(let_go(client, collection, *head, false));
    return false;
  }
  const bool is_void = std::ranges::any_of(head->voids, [&](const Void& each) { return each.epoch == mine.epoch; });
  return !is_void;
}

}  // namespace

bool Horizon::is_void(std::int64_t position, std::int64_t of) const {
  return std::ranges::any_of(voids, [&](const Void& each) { return each.epoch == of && position > each.above; });
}

Result<Horizon> read_horizon(Client& client, const std::string& collection) {
  TRY(std::optional<Horizon> head, look(client, collection));
  if (head) return *std::move(head);
  std::vector<Bson> first;
  first.push_back(of(collection)
                      .integer("committed", 0)
                      .integer("epoch", 0)
                      .text("owner", "")
                      .integer("lease", 0)
                      .integer("recorded_at", 0)
                      .array("voids", Bson())
                      .small("layout", 1));
  TRY_OK(client.insert(kHeads, first));
  TRY(head, look(client, collection));
  return head.value_or(Horizon());
}

Result<Horizon> take_head(Client& client, const std::string& collection, const std::string& owner, std::chrono::microseconds lease,
                          const Horizon* known) {
  if (known != nullptr) {
    // Whoever takes it raises the epoch: while that is the same, all is.
    Horizon head = *known;
    TRY(const bool taken, try_take(client, collection, owner, now() + lease, head));
    if (taken) return head;
  }
  const auto latest = steady_clock::now() + kWaitMax;
  std::chrono::microseconds pause{200};
  while (true) {
    TRY(Horizon head, read_horizon(client, collection));
    TRY(const bool taken, try_take(client, collection, owner, now() + lease, head));
    if (taken) return head;
    if (steady_clock::now() > latest) return Failure(Error{ErrorKind::unavailable, "store.busy", "Another writer holds the collection."});
    wait(pause);
    pause = std::min(pause * 2, std::chrono::microseconds(20'000));
  }
}

Result<bool> renew(Client& client, const std::string& collection, const Horizon& mine, std::chrono::microseconds lease) {
  const Bson change = Bson().child("$set", Bson().integer("lease", (now() + lease).microseconds));
  TRY(const std::int64_t matched, client.update(kHeads, of(collection, mine), change));
  return matched == 1;
}

Result<bool> commit(Client& client, const std::string& collection, const Horizon& mine, std::int64_t committed, Instant recorded_at) {
  const Bson change = Bson().child(
      "$set",
      Bson().integer("committed", committed).text("owner", "").integer("lease", 0).integer("recorded_at", recorded_at.microseconds));
  const Result<std::int64_t> matched = client.update(kHeads, of(collection, mine), change);
  if (matched) return *matched == 1;
  const auto latest = steady_clock::now() + kResolveMax;
  while (steady_clock::now() < latest) {
    if (const Result<bool> resolved = resolve(client, collection, mine)) return *resolved;
    wait(std::chrono::milliseconds(100));
  }
  return Failure(Error{ErrorKind::unavailable, "store.unconfirmed",
                       "The storage went away during the write; whether it was made is unknown.",
                       "Read the document, or send the same again with the same Idempotency-Key"});
}

Result<> let_go(Client& client, const std::string& collection, const Horizon& mine, bool wrote) {
  Bson change = Bson().child("$set", Bson().text("owner", "").integer("lease", 0));
  if (wrote) change = std::move(change).child("$push", void_of(mine));
  TRY_OK(client.update(kHeads, of(collection, mine), change));
  return {};
}

}  // namespace millrace::store::mongo
