#include "store/mongo/mongo_store.hpp"

#include <atomic>
#include <mutex>

#include "io/worker_pool.hpp"
#include "store/mongo/finder.hpp"
#include "store/mongo/ledger.hpp"
#include "store/mongo/point_reads.hpp"
#include "store/mongo/writer.hpp"

namespace millrace::store::mongo {
namespace {

using document::Append;
using document::Documents;
using document::Position;
using document::Query;
using document::Receipt;
using document::View;

Error queue_is_full() {
  return {ErrorKind::overloaded, "overloaded.writes", "The storage is busy: too many writes wait already."};
}

Error took_too_long() {
  return {ErrorKind::unavailable, "store.timeout", "The storage took too long."};
}

class MongoStore final : public document::Store {
 public:
  MongoStore(Options options, std::unique_ptr<Pool> pool)
      : options_(std::move(options)),
        names_{options_.collection, options_.collection + "_history"},
        pool_(std::move(pool)),
        readers_({.threads = options_.readers}),
        point_reads_(readers_, [this](std::span<const std::string_view> ids) { return read_newest(ids); }),
        ledger_({.pool = *pool_,
                 .workers = readers_,
                 .collection = names_.newest,
                 .prepare = [this](Client& client) { return ensure(client); },
                 .resolve = options_.resolve}),
        writer_(writer_options()) {}

  Task<std::vector<Receipt>> append(std::vector<Append> appends) override {
    if (appends.empty()) co_return std::vector<Receipt>();
    document::Write write{.appends = std::move(appends)};
    if (!writer_.push(write)) co_return Failure(queue_is_full());
    Result<std::vector<Receipt>> result = co_await write.completion;
    co_return result;
  }

  Task<void> append_all(document::AppendSource& source) override {
    document::Write write{.source = &source};
    if (!writer_.push(write)) co_return Failure(queue_is_full());
    Result<std::vector<Receipt>> result = co_await write.completion;
    if (!result) co_return Failure(std::move(result).error());
    co_return {};
  }

  Task<Documents> read(std::span<const std::string_view> ids, View view) override {
    if (view.at == kNewest) return read_point(ids, view);
    return on_reader<Documents>([this, ids, view](Client& client) { return read_at(client, ids, view); }, options_.measures.read);
  }

  Task<std::vector<Documents>> find(std::span<const Query> queries, View view) override {
    return ask<Documents>(queries, view, {&Finder::find, options_.measures.find});
  }

  Task<std::vector<std::uint64_t>> count(std::span<const Query> queries, View view) override {
    return ask<std::uint64_t>(queries, view, {&Finder::count, options_.measures.count});
  }

  Task<Documents> history(std::string_view id, View view, Position before, std::size_t limit) override {
    return on_reader<Documents>(
        [this, id, view, before, limit](Client& client) -> Result<Documents> {
          TRY(const Horizon horizon, read_horizon(client, names_.newest));
          return Finder(client, names_, horizon, view).history(id, before, limit);
        },
        options_.measures.history);
  }

  Task<Documents> changes(Position after, std::size_t limit, View view) override {
    return on_reader<Documents>(
        [this, after, limit, view](Client& client) -> Result<Documents> {
          TRY(const Horizon horizon, read_horizon(client, names_.newest));
          if (static_cast<Position>(horizon.committed) <= after) return Documents();
          return Finder(client, names_, horizon, {.bytes_max = view.bytes_max}).changes(after, limit);
        },
        options_.measures.changes);
  }

  Task<Position> last_position() override {
    return on_reader<Position>([this](Client& client) -> Result<Position> {
      TRY(const Horizon horizon, read_horizon(client, names_.newest));
      return static_cast<Position>(horizon.committed);
    });
  }

  Task<Instant> latest() override {
    return on_reader<Instant>([this](Client& client) -> Result<Instant> {
      TRY(const Horizon horizon, read_horizon(client, names_.newest));
      return horizon.recorded_at;
    });
  }

  document::Ledger& ledger() override { return ledger_; }

  Task<void> ping() override {
    std::move_only_function<Result<>()> work = [this]() -> Result<> {
      Client client(*pool_);
      Result<> answered = client.command(Bson().small("ping", 1));
      if (answered) answered = ensure(client);
      if (!answered && answered.error().hint.empty()) answered.error().hint = client.reason();
      return answered;
    };
    auto done = co_await readers_.run<void>(std::move(work));
    co_return done;
  }

 private:
  template <class T>
  using Work = std::move_only_function<Result<T>(Client&)>;

  Task<Documents> read_point(std::span<const std::string_view> ids, View view) {
    const observe::Timer timer(options_.measures.read);
    auto documents = co_await point_reads_.read(ids, view);
    co_return documents;
  }

  template <class T>
  Task<T> on_reader(Work<T> work, observe::Histogram* took = nullptr) {
    const observe::Timer timer(took);
    const auto latest = std::chrono::steady_clock::now() + options_.timeout;
    std::move_only_function<Result<T>()> job = [this, &work, latest]() -> Result<T> {
      // Those before it had a slow server.
      if (std::chrono::steady_clock::now() > latest) return Failure(took_too_long());
      Client client(*pool_);
      TRY_OK(ensure(client));
      return work(client);
    };
    Result<T> result = co_await readers_.run<T>(std::move(job));
    co_return result;
  }

  template <class T>
  struct Asking {
    Result<T> (Finder::*one)(const Query&);
    observe::Histogram* took;
  };
  template <class T>
  Task<std::vector<T>> ask(std::span<const Query> queries, View view, Asking<T> asking) {
    Work<std::vector<T>> work = [this, queries, view, answer = asking.one](Client& client) -> Result<std::vector<T>> {
      TRY(const Horizon horizon, read_horizon(client, names_.newest));
      Finder finder(client, names_, horizon, view);
      std::vector<T> answers;
      for (const Query& query : queries) {
        if (has_sql(*query.filter))
          return Failure(Error{ErrorKind::unprocessable, "store.sql", "A storage in MongoDB cannot run SQL templates.",
                               "Write the template in the JSON filter language"});
        TRY(T one, (finder.*answer)(query));
        answers.push_back(std::move(one));
      }
      return answers;
    };
    return on_reader<std::vector<T>>(std::move(work), asking.took);
  }

  Writer::Options writer_options() {
    return {.pool = pool_.get(),
            .names = names_,
            .clock = options_.clock,
            .prepare = [this](Client& client) { return ensure(client); },
            .queue = {.queue_max = options_.queue_max,
                      .batch_max = options_.batch_max,
                      .wait_max = options_.wait_max,
                      .measures = options_.measures},
            .lease = options_.lease,
            .resolve = options_.resolve};
  }

  /// Makes indexes and head the first time that the server can be reached.
  Result<> ensure(Client& client) {
    if (is_prepared_) return {};
    const std::lock_guard lock(preparing_);
    if (is_prepared_) return {};
    TRY_OK(prepare(client, names_, options_.indexes));
    TRY_OK(read_horizon(client, names_.newest));
    is_prepared_ = true;
    return {};
  }

  Horizon known_horizon() {
    const std::lock_guard lock(knowing_);
    return known_;
  }

  Result<Documents> read_at(Client& client, std::span<const std::string_view> ids, View view) {
    TRY(const Horizon horizon, read_horizon(client, names_.newest));
    TRY(const auto versions, newest_of(client, names_, horizon, ids, {.at = view.at}));
    return in_order(ids, versions, view);
  }

  /// The newest versions alone are the usual read: what a horizon that is not new sees as the collection's is the newest all the same,
  /// since a commit comes after what it shows.
  Result<TextMap<Version>> read_newest(std::span<const std::string_view> ids) {
    Client client(*pool_);
    TRY_OK(ensure(client));
    TRY(auto versions, read_plainly(client, ids));
    if (versions) return *std::move(versions);
    TRY(const Horizon horizon, read_horizon(client, names_.newest));
    {
      const std::lock_guard lock(knowing_);
      if (horizon.epoch >= known_.epoch && horizon.committed >= known_.committed) known_ = horizon;
    }
    return newest_of(client, names_, horizon, ids, {});
  }

  /// Nothing when the horizon that is known does not see all of them.
  Result<std::optional<TextMap<Version>>> read_plainly(Client& client, std::span<const std::string_view> ids) {
    const Horizon horizon = known_horizon();
    TextMap<Version> versions;
    bool sees_all = true;
    TRY_OK(client.find(names_.newest, any_of("_id", ids), Bson(), [&](const bson_t& document) {
      Version version(document);
      sees_all &= horizon.sees(version.position(), version.epoch());
      versions.emplace(std::string(version.id()), std::move(version));
      return sees_all;
    }));
    if (!sees_all) return std::nullopt;
    return versions;
  }

  const Options options_;
  const Names names_;
  const std::unique_ptr<Pool> pool_;
  std::mutex preparing_;
  std::atomic<bool> is_prepared_ = false;
  std::mutex knowing_;
  Horizon known_;  // GUARDED_BY(knowing_); as it was some time ago
  io::WorkerPool readers_;
  PointReads point_reads_;
  MongoLedger ledger_;
  Writer writer_;
};

}  // namespace

Result<std::unique_ptr<document::Store>> open_store(Options options) {
  const Pool::Limits limits{.select = options.select, .timeout = options.timeout, .clients = options.readers + 1};
  TRY(auto pool, Pool::make({options.uri, options.uri_options}, options.database, limits, options.log));
  return std::make_unique<MongoStore>(std::move(options), std::move(pool));
}

}  // namespace millrace::store::mongo
