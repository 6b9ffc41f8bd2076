#include "document/feed.hpp"

#include <algorithm>
#include <deque>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

#include "io/loop.hpp"

namespace millrace::document {
namespace {

using Clock = std::chrono::steady_clock;

// A follower that always finds something lets others have their turn after so many batches.
constexpr std::uint32_t kBatchesAtOnce = 8;

/// A follower that waits, in its frame. Whoever takes it off the list wakes it, once.
struct Waiter {
  Position after;
  Clock::time_point deadline;
  io::Completion<void> completion = {};
  std::list<Waiter*>::iterator place = {};
};

using Waiters = std::vector<Waiter*>;

/// One post for each loop, since a post wakes a thread.
void wake(const Waiters& waiters) {
  std::vector<std::pair<io::Loop*, Waiters>> by_loop;
  for (Waiter* waiter : waiters) {
    io::Loop* const home = &waiter->completion.loop();
    auto known = std::ranges::find(by_loop, home, &std::pair<io::Loop*, Waiters>::first);
    if (known == by_loop.end()) known = by_loop.insert(known, {home, {}});
    known->second.push_back(waiter);
  }
  for (auto& [loop, woken] : by_loop)
    loop->post([all = std::move(woken)] {
      for (Waiter* waiter : all) waiter->completion.complete_here({});
    });
}

/// Suspends until the loop has had a turn.
struct Turn {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) const {
    io::Loop::current()->post([awaiter] { awaiter.resume(); });
  }
  void await_resume() const noexcept {}
};

}  // namespace

struct Feed::State : std::enable_shared_from_this<Feed::State> {
  State(Store& store_in, Options options_in) : store(store_in), options(options_in) {}

  struct Batch {
    Position after;
    std::shared_ptr<const Documents> documents;
    Position until() const { return after + documents->size(); }
  };

  Store& store;
  const Options options;

  mutable std::mutex mutex;
  // GUARDED_BY(mutex):
  std::list<Waiter*> waiters;
  std::deque<Batch> recent;  // without gaps, up to `tail`
  std::size_t recent_bytes = 0;
  Position tail = 0;        // what the shared reads have come to
  bool is_dirty = true;     // there may be something behind the tail
  bool is_reading = false;  // ... and it is being read
  bool is_ticking = false;  // on some loop
  bool is_over = false;
  std::size_t followers = 0;

  enum class Place : std::uint8_t { recent, behind, at_tail, ahead };
  Place look(Position after, Changes& changes) const;
  void move_tail(Position to);
  void wait(Waiter& waiter);
  void leave(Waiter* waiter);
  void poke();
  void tick();
  Waiters take_late(bool& goes_on);
  void end();
  bool begin_read();
  static Task<void> read_tail(std::shared_ptr<State> state);
  Waiters take_read(Position after, Result<Documents> read);
};

/// Where a follower at this position stands; what is next for it when that is in memory.
Feed::State::Place Feed::State::look(Position after, Changes& changes) const {
  const std::lock_guard lock(mutex);
  changes = {.until = after, .is_over = is_over};
  if (is_over) return Place::recent;
  if (after >= tail) return after == tail ? Place::at_tail : Place::ahead;
  if (recent.empty() || after < recent.front().after) return Place::behind;
  const auto found = std::ranges::upper_bound(recent, after, {}, &Batch::after) - 1;
  changes = {.documents = found->documents, .begin = static_cast<std::size_t>(after - found->after), .until = found->until()};
  return Place::recent;
}

/// A follower has found the end of the feed by itself: there the shared reads go on, unless somebody waits for them where they are.
void Feed::State::move_tail(Position to) {
  const std::lock_guard lock(mutex);
  is_dirty = true;
  if (to <= tail || !waiters.empty()) return;
  recent.clear();
  recent_bytes = 0;
  tail = to;
}

/// The waiter is woken when there is something for it, at its deadline, or by leave().
void Feed::State::wait(Waiter& waiter) {
  bool is_first_tick = false;
  bool reads = false;
  {
    const std::lock_guard lock(mutex);
    waiter.place = waiters.insert(waiters.end(), &waiter);
    is_first_tick = !std::exchange(is_ticking, true);
    is_dirty |= is_first_tick;  // nobody has looked
    // It came too late for what the tail has meanwhile, or the feed has ended.
    if (is_over || waiter.after < tail) {
      waiters.erase(waiter.place);
      wake({&waiter});
    } else {
      reads = begin_read();
    }
  }
  if (is_first_tick) tick();
  if (reads) start(read_tail(shared_from_this()), [](const Result<>&) {});
}

/// Whoever waits is woken; nothing when it is on its way already.
void Feed::State::leave(Waiter* waiter) {
  const std::lock_guard lock(mutex);
  if (std::ranges::find(waiters, waiter) == waiters.end()) return;
  waiters.erase(waiter->place);
  wake({waiter});
}

/// Requires: mutex. Whether the caller is to read the tail: only where somebody waits for it, so that it never runs ahead of its readers.
bool Feed::State::begin_read() {
  if (!is_dirty || is_reading || is_over || waiters.empty()) return false;
  is_dirty = false;
  return is_reading = true;
}

void Feed::State::poke() {
  bool reads = false;
  {
    const std::lock_guard lock(mutex);
    is_dirty = true;
    reads = begin_read();
  }
  if (reads) start(read_tail(shared_from_this()), [](const Result<>&) {});
}

/// Looks for what others have written, and for followers whose patience is over, as long as somebody waits.
void Feed::State::tick() {
  io::Loop::current()->after(options.poll_interval, [weak = weak_from_this()] {
    const auto state = weak.lock();
    if (!state) return;
    bool goes_on = false;
    wake(state->take_late(goes_on));
    if (goes_on) state->tick();
    state->poke();
  });
}

/// Those whose patience is over; whether there are others to look for.
Waiters Feed::State::take_late(bool& goes_on) {
  const std::lock_guard lock(mutex);
  Waiters late;
  const auto now = Clock::now();
  std::ranges::copy_if(waiters, std::back_inserter(late), [now](const Waiter* waiter) { return waiter->deadline <= now; });
  for (const Waiter* waiter : late) waiters.erase(waiter->place);
  goes_on = is_ticking = !waiters.empty();
  return late;
}

void Feed::State::end() {
  Waiters all;
  {
    const std::lock_guard lock(mutex);
    is_over = true;
    all.assign(waiters.begin(), waiters.end());
    waiters.clear();
  }
  wake(all);
}

Task<void> Feed::State::read_tail(std::shared_ptr<State> state) {
  while (true) {
    Position after = 0;
    {
      const std::lock_guard lock(state->mutex);
      after = state->tail;
    }
    auto read = co_await state->store.changes(after, state->options.batch_versions, {.bytes_max = state->options.batch_bytes});
    const Waiters woken = state->take_read(after, std::move(read));
    wake(woken);
    const std::lock_guard lock(state->mutex);
    state->is_reading = false;
    if (!state->begin_read()) co_return {};
  }
}

/// Keeps what was read; who is to be woken for it.
Waiters Feed::State::take_read(Position after, Result<Documents> read) {
  const std::lock_guard lock(mutex);
  Waiters woken;
  // An error is met again by the next look; a tail that has moved is read from where it is.
  if (!read || after != tail) {
    is_dirty |= read.has_value();
    return woken;
  }
  if (read->empty()) return woken;
  is_dirty |= read->is_cut() || read->size() == options.batch_versions;
  recent.push_back({after, std::make_shared<const Documents>(*std::move(read))});
  recent_bytes += recent.back().documents->bytes();
  tail = recent.back().until();
  for (; recent_bytes > options.recent_bytes && recent.size() > 1; recent.pop_front()) recent_bytes -= recent.front().documents->bytes();
  woken.assign(waiters.begin(), waiters.end());
  waiters.clear();
  return woken;
}

// --- Feed ------------------------------------------------------------------------------------------------------------------------------

Feed::Feed(Store& store, Options options) : state_(std::make_shared<State>(store, options)), store_(&store) {}
Feed::Feed(const Feed& whole, Store& guard) : state_(whole.state_), store_(&guard) {}
Feed::~Feed() = default;

void Feed::poke() {
  state_->poke();
}
void Feed::end() {
  state_->end();
}
bool Feed::is_idle() const {
  const std::lock_guard lock(state_->mutex);
  return !state_->is_reading;
}
std::size_t Feed::followers() const {
  const std::lock_guard lock(state_->mutex);
  return state_->followers;
}
Store& Feed::store() const {
  return *store_;
}

// --- Follower --------------------------------------------------------------------------------------------------------------------------

struct Follower::State {
  std::shared_ptr<Feed::State> feed;
  Position position;
  Store* guard;  // null: all is seen
  Asker asker;
  Waiter* waiter = nullptr;  // in the frame of the next() that waits
  bool is_stopped = false;
  std::uint32_t batches = 0;  // since the loop had a turn

  ~State() {
    const std::lock_guard lock(feed->mutex);
    --feed->followers;
  }
};

Result<Follower> Feed::follow(Position after, Asker asker) {
  Store* const guard = store_ == &state_->store ? nullptr : store_;
  if (guard != nullptr) {
    TRY_OK(guard->feed_scope(asker.principal.get()));
  }
  const std::lock_guard lock(state_->mutex);
  if (state_->is_over) return Failure(Error{ErrorKind::unavailable, "feed.over", "The service is about to end."});
  if (state_->followers >= state_->options.followers_max)
    return Failure(Error{ErrorKind::overloaded, "overloaded.followers", "Too many follow this feed already."});
  ++state_->followers;
  return Follower(std::unique_ptr<Follower::State>(new Follower::State{state_, after, guard, std::move(asker)}));
}

Follower::Follower(std::unique_ptr<State> state) : state_(std::move(state)) {}
Follower::Follower(Follower&&) noexcept = default;
Follower& Follower::operator=(Follower&&) noexcept = default;
Follower::~Follower() = default;

Position Follower::position() const {
  return state_->position;
}

void Follower::stop() {
  state_->is_stopped = true;
  if (state_->waiter != nullptr) state_->feed->leave(state_->waiter);
}

Task<Changes> Follower::next(std::chrono::milliseconds patience) {
  State& own = *state_;
  Feed::State& feed = *own.feed;
  const auto deadline = Clock::now() + patience;
  if (++own.batches % kBatchesAtOnce == 0) {
    Turn turn;
    co_await turn;
  }
  while (!own.is_stopped) {
    Changes changes;
    const Feed::State::Place place = feed.look(own.position, changes);
    if (place == Feed::State::Place::behind || place == Feed::State::Place::ahead) {
      CO_TRY(Documents read,
             co_await feed.store.changes(own.position, feed.options.batch_versions, {.bytes_max = feed.options.batch_bytes}));
      if (!read.empty()) changes = {.documents = std::make_shared<const Documents>(std::move(read)), .until = own.position};
      changes.until += changes.size();
      if (changes.empty()) feed.move_tail(own.position);
    }
    if (own.guard != nullptr && !changes.empty()) {
      CO_TRY(auto seen, co_await own.guard->seen(*changes.documents, changes.begin, own.asker.view()));
      if (seen) changes.documents = std::move(seen);
    }
    own.position = changes.until;
    if (!changes.empty() || changes.is_over || Clock::now() >= deadline) co_return changes;
    Waiter waiter{.after = own.position, .deadline = deadline};
    own.waiter = &waiter;
    feed.wait(waiter);
    const Result<> woken = co_await waiter.completion;
    own.waiter = nullptr;
    CHECK(woken.has_value());
  }
  co_return Changes{.until = own.position, .is_over = true};
}

// --- The store that pokes --------------------------------------------------------------------------------------------------------------

namespace {

class FeedingStore final : public Store {
 public:
  FeedingStore(std::shared_ptr<Store> store, Feed& feed) : store_(std::move(store)), feed_(feed) {}

  Task<std::vector<Receipt>> append(std::vector<Append> appends) override {
    auto receipts = co_await store_->append(std::move(appends));
    if (receipts) feed_.poke();
    co_return receipts;
  }
  bool commits_with(const Ledger& ledger) const override { return store_->commits_with(ledger); }
  Task<std::vector<Receipt>> append_with(std::vector<Append> appends, RecordWrite record) override {
    auto receipts = co_await store_->append_with(std::move(appends), record);
    if (receipts) feed_.poke();
    co_return receipts;
  }
  Task<void> append_all(AppendSource& source) override {
    auto done = co_await store_->append_all(source);
    if (done) feed_.poke();
    co_return done;
  }
  Task<Documents> read(std::span<const std::string_view> ids, View view) override { return store_->read(ids, view); }
  Task<std::vector<Documents>> find(std::span<const Query> queries, View view) override { return store_->find(queries, view); }
  Task<std::vector<std::uint64_t>> count(std::span<const Query> queries, View view) override { return store_->count(queries, view); }
  Task<Documents> history(std::string_view id, View view, Position before, std::size_t limit) override {
    return store_->history(id, view, before, limit);
  }
  Task<Documents> changes(Position after, std::size_t limit, View view) override { return store_->changes(after, limit, view); }
  Task<Position> last_position() override { return store_->last_position(); }
  Task<Instant> latest() override { return store_->latest(); }
  Ledger& ledger() override { return store_->ledger(); }
  Task<void> ping() override { return store_->ping(); }

 private:
  const std::shared_ptr<Store> store_;
  Feed& feed_;
};

}  // namespace

std::unique_ptr<Store> make_feeding(std::shared_ptr<Store> store, Feed& feed) {
  return std::make_unique<FeedingStore>(std::move(store), feed);
}

}  // namespace millrace::document
