#include "store/mongo/writer.hpp"

#include <algorithm>

#include "base/id.hpp"
#include "store/mongo/batch.hpp"

namespace millrace::store::mongo {
namespace {

using document::Append;
using document::Receipt;

constexpr int kAttemptsMax = 5;
constexpr std::chrono::microseconds kGatherMax{500};
constexpr std::chrono::milliseconds kIdleMax{2};   // with the head in hand
constexpr std::chrono::milliseconds kTurnMax{25};  // then others get theirs

std::size_t size_of(const Write& write) {
  return write.source != nullptr ? 1 : write.appends.size();
}

Error contended() {
  return {ErrorKind::unavailable, "store.busy", "Other writers were faster every time."};
}

std::vector<const Append*> pointers(std::span<const Append> appends) {
  std::vector<const Append*> all;
  for (const Append& append : appends) all.push_back(&append);
  return all;
}

}  // namespace

Writer::Writer(Options options)
    : options_(std::move(options)),
      taker_{.collection = options_.names.newest,
             .owner = make_uuid7(),
             .lease = options_.lease,
             .resolve = options_.resolve,
             .pause = [this](std::chrono::microseconds duration) { return pause(duration); }},
      thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  ended_.notify_one();
  thread_.join();
}

bool Writer::push(Write& write) {
  bool enough = false;
  {
    const std::lock_guard lock(mutex_);
    // A write larger than the whole queue is taken when nothing waits: it could never be otherwise.
    if (queued_ > 0 && queued_ + size_of(write) > options_.queue_max) return false;
    write.queued = std::chrono::steady_clock::now();
    queue_.push_back(&write);
    queued_ += size_of(write);
    enough = queue_.size() == wanted_;
  }
  if (enough) arrived_.notify_one();
  return true;
}

/// Waits for what other machines do, who tell nobody when they have done it.
bool Writer::pause(std::chrono::microseconds duration) {
  std::unique_lock lock(mutex_);
  return !ended_.wait_for(lock, duration, [this] { return stopping_; });
}

/// Whether there is something to write while the head is held.
bool Writer::arrives_soon() {
  std::unique_lock lock(mutex_);
  return arrived_.wait_for(lock, kIdleMax, [this] { return !queue_.empty(); });
}

Writer::Writes Writer::take() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  if (queue_.size() < last_taken_) {
    // Writers that were just answered come back within moments, and a commit costs several round trips.
    wanted_ = last_taken_;
    arrived_.wait_for(lock, kGatherMax, [this] { return stopping_ || queue_.size() >= wanted_; });
    wanted_ = 1;
  }
  Writes writes;
  std::size_t appends = 0;
  while (!queue_.empty() && (writes.empty() || appends + size_of(*queue_.front()) <= options_.batch_max)) {
    if (queue_.front()->source != nullptr && !writes.empty()) break;  // it has a commit of its own
    writes.push_back(queue_.front());
    appends += size_of(*queue_.front());
    queue_.pop_front();
    if (writes.back()->source != nullptr) break;
  }
  queued_ -= appends;
  last_taken_ = writes.size();
  return writes;
}

void Writer::complete(const Writes& writes) {
  for (Write* write : writes) {
    // The write ends with its coroutine, so its result leaves it first.
    auto result = std::move(write->result);
    write->completion.complete(std::move(result));
  }
}

/// Refuses what has waited too long.
void Writer::refuse_late() {
  Writes late;
  {
    const std::lock_guard lock(mutex_);
    const auto latest = std::chrono::steady_clock::now() - options_.wait_max;
    for (; !queue_.empty() && queue_.front()->queued < latest; queue_.pop_front()) {
      late.push_back(queue_.front());
      queued_ -= size_of(*queue_.front());
    }
  }
  for (Write* write : late)
    write->result = Failure(Error{ErrorKind::overloaded, "overloaded.writes", "The storage is busy: a long write is under way."});
  complete(late);
}

void Writer::run() {
  while (true) {
    if (is_held_ && !arrives_soon()) {
      Client client(*options_.pool);
      (void)let_go(client, *std::exchange(known_head_, std::nullopt), false);  // or the lease ends
    }
    const Writes writes = take();
    if (writes.empty()) return;
    if (writes.front()->source != nullptr) {
      const Result<> committed = commit_source(*writes.front());
      if (!committed) writes.front()->result = Failure(committed.error());
    } else {
      commit_writes(writes);
    }
    complete(writes);
    refuse_late();
  }
}

void Writer::commit_writes(const Writes& writes) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const Result<bool> committed = try_commit(writes, attempt > 0);
    if (committed && *committed) return;
    if (committed) continue;
    for (Write* write : writes) write->result = Failure(committed.error());
    return;
  }
  for (Write* write : writes) write->result = Failure(contended());
}

Result<Horizon> Writer::take_head(Client& client) {
  std::optional<Horizon> known = std::exchange(known_head_, std::nullopt);
  if (std::exchange(is_held_, false)) return *std::move(known);
  TRY(Horizon head, mongo::take_head(client, taker_, known ? &*known : nullptr));
  taken_at_ = std::chrono::steady_clock::now();
  return head;
}

/// One who is alone writes again when more is on its way; the others have their turn after ours.
bool Writer::keeps_head() {
  if (std::chrono::steady_clock::now() - taken_at_ > kTurnMax) return false;
  const std::lock_guard lock(mutex_);
  return !stopping_ && (!queue_.empty() || last_taken_ > 1);
}

Result<bool> Writer::commit(Client& client, Horizon mine, const Commit& commit) {
  TRY(const Outcome outcome, mongo::commit(client, taker_, mine, commit));
  if (outcome == Outcome::lost) return false;
  is_held_ = outcome == Outcome::kept;
  if (!is_held_) mine.owner.clear();
  mine.committed = commit.committed;
  mine.recorded_at = commit.recorded_at;
  known_head_ = std::move(mine);
  return true;
}

Result<> Writer::let_go(Client& client, const Horizon& mine, bool wrote) {
  is_held_ = false;
  return mongo::let_go(client, taker_, mine, wrote);
}

Result<bool> Writer::try_commit(const Writes& writes, bool is_again) {
  Client client(*options_.pool);
  TRY_OK(options_.prepare(client));
  TRY(const Horizon mine, take_head(client));
  Batch batch(client, options_.names, mine, mine.committed, mine.recorded_at, options_.clock());
  std::vector<const Append*> appends;
  for (const Write* write : writes) std::ranges::copy(pointers(write->appends), std::back_inserter(appends));
  if (const Result<> loaded = batch.load(appends, is_again); !loaded) {
    (void)let_go(client, mine, false);  // or the lease ends
    return Failure(loaded.error());
  }
  for (Write* write : writes) write->result = batch.apply(write->appends);
  if (batch.empty()) {
    TRY_OK(let_go(client, mine, false));
    return true;
  }
  const Result<bool> written = batch.write();
  if (!written || !*written) {
    (void)let_go(client, mine, true);  // or the next writer does
    return written;
  }
  return commit(client, mine, {.committed = batch.position(), .recorded_at = batch.recorded_at(), .keeps_head = keeps_head()});
}

Result<> Writer::commit_source(Write& write) {
  Client client(*options_.pool);
  TRY_OK(options_.prepare(client));
  TRY(const Horizon mine, take_head(client));
  std::int64_t position = mine.committed;
  Instant recorded_at = mine.recorded_at;
  if (const Result<> appended = append_batches(client, mine, *write.source, position, recorded_at); !appended) {
    (void)let_go(client, mine, position != mine.committed);
    return appended;
  }
  TRY(const bool committed, commit(client, mine, {.committed = position, .recorded_at = recorded_at, .keeps_head = false}));
  if (!committed) return Failure(contended());
  return {};
}

Result<> Writer::append_batches(Client& client, const Horizon& mine, document::AppendSource& source, std::int64_t& position,
                                Instant& recorded_at) {
  std::size_t index = 0;
  while (true) {
    TRY(const std::vector<Append> appends, source.next());
    if (appends.empty()) return {};
    TRY(const bool is_mine, renew(client, taker_, mine));
    if (!is_mine) return Failure(contended());
    Batch batch(client, options_.names, mine, position, recorded_at, options_.clock());
    TRY_OK(batch.load(pointers(appends), false));
    auto receipts = batch.apply(appends);
    if (!receipts) return Failure(document::counted_from(index, std::move(receipts).error()));
    recorded_at = batch.recorded_at();
    position = batch.position();
    TRY(const bool written, batch.write());
    if (!written) return Failure(contended());
    source.appended(*receipts);
    index += appends.size();
    refuse_late();
  }
}

}  // namespace millrace::store::mongo
