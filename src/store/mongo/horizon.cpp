#include "store/mongo/horizon.hpp"

#include <algorithm>
#include <optional>

namespace millrace::store::mongo {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kWaitMax{10};   // for other writers to end
constexpr std::chrono::seconds kWantedMax{1};  // who waits so long without a sign is gone

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
                  .recorded_at = {integer_at(document, "recorded_at")},
                  .wanted = std::string(text_at(document, "wanted")),
                  .wanted_at = integer_at(document, "wanted_at")};
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

/// Whether the head is now ours. What its last owner did not commit becomes void: as of `committed`, which must be so still, since a commit
/// may leave owner and epoch as they were. Whose turn was next is forgotten.
Result<bool> try_take(Client& client, const Taker& taker, Horizon& head) {
  const bool is_free = head.owner.empty();
  Bson set = Bson().text("owner", taker.owner).integer("epoch", head.epoch + 1).integer("lease", now().microseconds).text("wanted", "");
  Bson change = Bson().child("$set", set);
  if (!is_free) change = std::move(change).child("$push", void_of(head));
  const Bson selector = of(taker.collection, head).integer("committed", head.committed).text("wanted", head.wanted);
  TRY(const std::int64_t matched, client.update(kHeads, selector, change));
  if (matched == 0) return false;
  if (!is_free) head.voids.push_back({.epoch = head.epoch, .above = head.committed});
  head.owner = taker.owner;
  head.wanted.clear();
  ++head.epoch;
  return true;
}

/// Asks for the next turn in place of whoever has.
Result<> want(Client& client, const Taker& taker, const Horizon& head) {
  const Bson change = Bson().child("$set", Bson().text("wanted", taker.owner).integer("wanted_at", now().microseconds));
  TRY_OK(client.update(kHeads, of(taker.collection).text("wanted", head.wanted), change));
  return {};
}

/// What others do with the head, as one who waits for it sees.
class Watch {
 public:
  Watch(const Taker& taker) : taker_(taker) {}

  void look(const Horizon& head) {
    const auto at = steady_clock::now();
    const bool is_first = !seen_;
    if (is_first || head.epoch != seen_->epoch || head.committed != seen_->committed || head.lease != seen_->lease) lives_at_ = at;
    if (is_first || head.wanted != seen_->wanted || head.wanted_at != seen_->wanted_at) waits_at_ = at;
    seen_ = head;
  }
  bool is_free() const { return seen_->owner.empty() || seen_->owner == taker_.owner || steady_clock::now() - lives_at_ >= taker_.lease; }
  bool is_our_turn() const {
    return seen_->wanted.empty() || seen_->wanted == taker_.owner || steady_clock::now() - waits_at_ >= kWantedMax;
  }

 private:
  const Taker& taker_;
  std::optional<Horizon> seen_;
  steady_clock::time_point lives_at_;  // the last sign of life of the owner
  steady_clock::time_point waits_at_;  // of who has the next turn
};

/// What became of a commit whose answer was lost. As long as the head is ours it may still come: so it is taken away from that epoch.
Result<bool> resolve(Client& client, const Taker& taker, const Horizon& mine, std::int64_t committed) {
  TRY(std::optional<Horizon> head, look(client, taker.collection));
  if (!head) return false;
  if (head->epoch == mine.epoch) {
    if (head->committed < committed && !head->owner.empty()) {
      TRY(const bool taken, try_take(client, taker, *head));
      if (!taken) return Failure(Error{ErrorKind::unavailable, "store.unavailable", "The storage cannot be reached."});
    }
    const bool is_there = head->committed >= committed;
    if (!head->owner.empty()) TRY_OK(let_go(client, taker, *head, false));
    return is_there;
  }
  const auto known = std::ranges::find(head->voids, mine.epoch, &Void::epoch);
  return known == head->voids.end() || known->above >= committed;
}

}  // namespace

bool Horizon::is_void(std::int64_t position, std::int64_t of) const {
  const auto known = std::ranges::lower_bound(voids, of, {}, &Void::epoch);
  return known != voids.end() && known->epoch == of && position > known->above;
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
                      .text("wanted", "")
                      .integer("wanted_at", 0)
                      .array("voids", Bson())
                      .small("layout", 1));
  TRY_OK(client.insert(kHeads, first));
  TRY(head, look(client, collection));
  return head.value_or(Horizon());
}

Result<Horizon> take_head(Client& client, const Taker& taker, const Horizon* known) {
  if (known != nullptr) {
    // Whoever takes it raises the epoch: while that is the same, and nobody waits, all is.
    Horizon head = *known;
    TRY(const bool taken, try_take(client, taker, head));
    if (taken) return head;
  }
  const auto latest = steady_clock::now() + kWaitMax;
  Watch watch(taker);
  std::chrono::microseconds pause{200};
  while (true) {
    TRY(Horizon head, read_horizon(client, taker.collection));
    watch.look(head);
    const bool is_our_turn = watch.is_our_turn();
    if (is_our_turn && watch.is_free()) {
      TRY(const bool taken, try_take(client, taker, head));
      if (taken) return head;
    }
    const bool is_late = steady_clock::now() > latest;
    if (is_our_turn && !is_late) TRY_OK(want(client, taker, head));
    if (is_late || !taker.pause(pause)) return Failure(Error{ErrorKind::unavailable, "store.busy", "Another writer holds the collection."});
    pause = std::min(pause * 2, std::chrono::microseconds(10'000));
  }
}

Result<bool> renew(Client& client, const Taker& taker, const Horizon& mine) {
  const Bson change = Bson().child("$set", Bson().integer("lease", now().microseconds));
  TRY(const std::int64_t matched, client.update(kHeads, of(taker.collection, mine), change));
  return matched == 1;
}

Result<Outcome> commit(Client& client, const Taker& taker, const Horizon& mine, const Commit& commit) {
  Bson set = Bson().integer("committed", commit.committed).integer("recorded_at", commit.recorded_at.microseconds);
  if (commit.keeps_head) {
    set = std::move(set).integer("lease", now().microseconds);
  } else {
    set = std::move(set).text("owner", "").integer("lease", 0);
  }
  const Bson selector = of(taker.collection, mine).integer("committed", mine.committed);
  const Result<std::int64_t> matched = client.update(kHeads, selector, Bson().child("$set", set));
  if (matched && *matched == 0) return Outcome::lost;
  if (matched) return commit.keeps_head ? Outcome::kept : Outcome::done;
  const auto latest = steady_clock::now() + taker.resolve;
  do {
    const Result<bool> is_there = resolve(client, taker, mine, commit.committed);
    if (is_there) return *is_there ? Outcome::done : Outcome::lost;
  } while (steady_clock::now() < latest && taker.pause(std::chrono::milliseconds(100)));
  return Failure(Error{ErrorKind::unavailable, "store.unconfirmed",
                       "The storage went away during the write; whether it was made is unknown.",
                       "Read the document, or send the same again with the same Idempotency-Key"});
}

Result<> let_go(Client& client, const Taker& taker, const Horizon& mine, bool wrote) {
  Bson change = Bson().child("$set", Bson().text("owner", "").integer("lease", 0));
  if (wrote) change = std::move(change).child("$push", void_of(mine));
  TRY_OK(client.update(kHeads, of(taker.collection, mine), change));
  return {};
}

}  // namespace millrace::store::mongo
