#include "store/mongo/writer.hpp"

#include <algorithm>

#include "base/id.hpp"
#include "store/mongo/batch.hpp"

namespace millrace::store::mongo {
namespace {

using document::Append;
using document::Receipt;

constexpr int kAttemptsMax = 5;
constexpr std::chrono::milliseconds kIdleMax{2};   // with the head in hand
constexpr std::chrono::milliseconds kTurnMax{25};  // then others get theirs

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
      // It waits for what other machines do, who tell nobody when they have done it.
      taker_{.collection = options_.names.newest,
             .owner = make_uuid7(),
             .lease = options_.lease,
             .resolve = options_.resolve,
             .pause = [this](std::chrono::microseconds duration) { return !queue_.wait_for_end(duration); }},
      queue_(options_.queue),
      thread_([this] { run(); }) {}

Writer::~Writer() {
  queue_.end();
  thread_.join();
}

void Writer::run() {
  {
    // So that a server that is away, or a collection of somebody else, is in the log before anything is asked.
    Client client(*options_.pool);
    (void)options_.prepare(client);
  }
  while (true) {
    if (is_held_ && (!queue_.wait_for(kIdleMax) || queue_.is_ending())) {
      Client client(*options_.pool);
      (void)let_go(client, *std::exchange(known_head_, std::nullopt), false);  // or the lease ends
    }
    const Writes writes = queue_.take();
    if (writes.empty()) return;
    if (writes.front()->source != nullptr) {
      const Result<> committed = commit_source(*writes.front());
      if (!committed) writes.front()->result = Failure(committed.error());
    } else {
      commit_writes(writes);
    }
    queue_.finish(writes);
    queue_.refuse_late();
  }
}

void Writer::commit_writes(const Writes& writes) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const Result<bool> committed = try_commit(writes, attempt > 0);
    if (committed && *committed) return;
    if (committed) continue;
    for (document::Write* write : writes) write->result = Failure(committed.error());
    return;
  }
  for (document::Write* write : writes) write->result = Failure(contended());
}

Instant Writer::commit_time(const Horizon& mine) const {
  return document::commit_time(options_.clock(), mine.recorded_at);
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
  return std::chrono::steady_clock::now() - taken_at_ <= kTurnMax && queue_.expects_more();
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
  Batch batch(client, options_.names, mine, mine.committed, mine.recorded_at, commit_time(mine));
  std::vector<const Append*> appends;
  for (const document::Write* write : writes) std::ranges::copy(pointers(write->appends), std::back_inserter(appends));
  if (const Result<bool> loaded = batch.load(appends, is_again); !loaded || !*loaded) {
    (void)let_go(client, mine, false);  // or the lease ends
    return loaded;
  }
  for (document::Write* write : writes) write->result = batch.apply(write->appends);
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

Result<> Writer::commit_source(document::Write& write) {
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
    Batch batch(client, options_.names, mine, position, recorded_at, commit_time(mine));
    TRY(const bool loaded, batch.load(pointers(appends), false));
    if (!loaded) return Failure(contended());
    auto receipts = batch.apply(appends);
    if (!receipts) return Failure(document::counted_from(index, std::move(receipts).error()));
    recorded_at = batch.recorded_at();
    position = batch.position();
    TRY(const bool written, batch.write());
    if (!written) return Failure(contended());
    source.appended(*receipts);
    index += appends.size();
    queue_.refuse_late();
  }
}

}  // namespace millrace::store::mongo
