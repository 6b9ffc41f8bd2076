#include "store/postgres/postgres_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "io/worker_pool.hpp"
#include "store/postgres/bulk_append.hpp"
#include "store/postgres/finder.hpp"
#include "store/postgres/keeper.hpp"
#include "store/postgres/lane.hpp"
#include "store/postgres/ledger.hpp"
#include "store/postgres/writer.hpp"

namespace millrace::store::postgres {
namespace {

using document::Append;
using document::Documents;
using document::Position;
using document::Query;
using document::Receipt;
using document::View;

/// As PostgreSQL counts: what is beyond it is as good as without end.
std::int64_t to_integer(std::uint64_t count) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(count, INT64_MAX));
}

/// The lanes of a store, by loop. It outlives the store when a loop ends at the same time.
class Lanes {
 public:
  std::shared_ptr<Lane> of(io::Loop& loop, const std::function<std::shared_ptr<Lane>()>& make, const std::shared_ptr<Lanes>& self) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Lane>& lane = lanes_[&loop];
    if (lane) return lane;
    lane = make();
    loop.at_end([lanes = std::weak_ptr(self), &loop] {
      if (const auto still = lanes.lock()) still->end(loop);
    });
    return lane;
  }
  void end(io::Loop& loop) {
    const std::lock_guard lock(mutex_);
    const auto known = lanes_.find(&loop);
    if (known == lanes_.end()) return;
    known->second->close();
    lanes_.erase(known);
  }
  void end_all() {
    const std::lock_guard lock(mutex_);
    for (const auto& [loop, lane] : lanes_) lane->close();
    lanes_.clear();
  }

 private:
  std::mutex mutex_;
  std::map<io::Loop*, std::shared_ptr<Lane>> lanes_;  // GUARDED_BY(mutex_)
};

class PostgresStore final : public document::Store {
 public:
  explicit PostgresStore(Options options)
      : options_(std::move(options)),
        log_(options_.log),
        table_(options_.collection),
        connector_(connector(options_.uri)),
        writer_(table_, options_.clock, writer_options()),
        ledger_(table_, options_.uri + '\n' + options_.database, [this] { return ready_lane(); }, options_.resolve_max) {
    for (const std::string& uri : options_.replicas) replicas_.push_back(connector(uri));
  }
  ~PostgresStore() override {
    lanes_->end_all();
    connector_->stop();
    for (const auto& replica : replicas_) replica->stop();
  }

  Result<> start() {
    std::vector<const SqlCondition*> conditions;
    for (const document::Filter* filter : options_.sql_filters) {
      TRY(const SqlCondition* condition, sql_condition(*filter));
      conditions.push_back(condition);
    }
    keeper_ = std::make_unique<Keeper>(table_, Keeper::Options{.server = {options_.uri, options_.database},
                                                               .indexes = options_.indexes,
                                                               .conditions = std::move(conditions),
                                                               .timeout = options_.timeout,
                                                               .connect_timeout = options_.connect_timeout,
                                                               .log = &log_});
    return keeper_->first_refusal(options_.open_max);
  }

  Task<std::vector<Receipt>> append(std::vector<Append> appends) override { return write(std::move(appends), nullptr); }

  bool commits_with(const document::Ledger& ledger) const override {
    const auto* const own = dynamic_cast<const PostgresLedger*>(&ledger);
    return own != nullptr && own->place() == ledger_.place();
  }
  Task<std::vector<Receipt>> append_with(std::vector<Append> appends, document::RecordWrite record) override {
    CO_TRY_OK(document::check_record(record.value));
    if (record.revision > INT64_MAX - 1) co_return Failure(document::revision_differs());
    const auto& ledger = static_cast<const PostgresLedger&>(*record.ledger);
    const RecordPut put{&ledger.table(), record.name, record.value, static_cast<std::int64_t>(record.revision)};
    auto receipts = co_await write(std::move(appends), &put);
    co_return receipts;
  }

  Task<void> append_all(document::AppendSource& source) override {
    CO_TRY_OK(co_await keeper_->paths());
    std::move_only_function<Result<>()> work = [this, &source] {
      const BulkOptions bulk{.server = {options_.uri, options_.database},
                             .timeout = options_.timeout,
                             .connect_timeout = options_.connect_timeout,
                             .resolve_max = options_.resolve_max,
                             .log = &log_};
      return append_bulk(table_, source, options_.clock, bulk);
    };
    Result<> done = co_await io::run_blocking(options_.workers, std::move(work));
    co_return done;
  }

  Task<Documents> read(std::span<const std::string_view> ids, View view) override {
    const observe::Timer timer(options_.measures.read);
    if (ids.empty()) co_return Documents();
    CO_TRY_OK(co_await keeper_->paths());
    const std::shared_ptr<Lane> lane = this->lane();
    auto documents = co_await lane->read(ids, view);
    co_return documents;
  }

  Task<std::vector<Documents>> find(std::span<const Query> queries, View view) override {
    const observe::Timer timer(options_.measures.find);
    CO_TRY(const Keeper::Paths paths, co_await keeper_->paths());
    const std::shared_ptr<Lane> lane = this->lane();
    Finder finder({.lane = *lane, .table = table_, .paths = *paths, .view = view});
    std::vector<Documents> found;
    for (const Query& query : queries) {
      CO_TRY(const SqlCondition* const condition, sql_condition(*query.filter));
      Documents documents;
      if (query.page.limit > 0) {
        CO_TRY(documents, co_await finder.find(query, condition));
      }
      found.push_back(std::move(documents));
    }
    co_return std::move(found);
  }

  Task<std::vector<std::uint64_t>> count(std::span<const Query> queries, View view) override {
    const observe::Timer timer(options_.measures.count);
    CO_TRY(const Keeper::Paths paths, co_await keeper_->paths());
    const std::shared_ptr<Lane> lane = this->lane();
    Finder finder({.lane = *lane, .table = table_, .paths = *paths, .view = view});
    std::vector<std::uint64_t> counts;
    for (const Query& query : queries) {
      CO_TRY(const SqlCondition* const condition, sql_condition(*query.filter));
      CO_TRY(const std::uint64_t count, co_await finder.count(query, condition));
      counts.push_back(count);
    }
    co_return std::move(counts);
  }

  Task<Documents> history(std::string_view id, View view, Position before, std::size_t limit) override {
    const observe::Timer timer(options_.measures.history);
    Statement statement{.sql = table_.history, .parameters = {}, .is_kept = true};
    statement.parameters.text(stored_text(id)).integer(view.at.microseconds);
    statement.parameters.integer(before == 0 ? INT64_MAX : to_integer(before)).integer(to_integer(limit));
    auto versions = co_await versions_of(statement, view);
    co_return versions;
  }

  Task<Documents> changes(Position after, std::size_t limit, View view) override {
    const observe::Timer timer(options_.measures.changes);
    Statement statement{.sql = view.bytes_max == SIZE_MAX ? table_.changes : table_.changes_up_to, .parameters = {}};
    statement.parameters.integer(to_integer(after)).integer(to_integer(limit));
    if (view.bytes_max != SIZE_MAX) statement.parameters.integer(to_integer(view.bytes_max));
    auto versions = co_await versions_of(statement, {.bytes_max = view.bytes_max});
    co_return versions;
  }

  Task<Position> last_position() override {
    CO_TRY_OK(co_await keeper_->paths());
    const std::shared_ptr<Lane> lane = this->lane();
    CO_TRY(const Head head, co_await lane->head());
    co_return head.position;
  }

  Task<Instant> latest() override {
    CO_TRY_OK(co_await keeper_->paths());
    const std::shared_ptr<Lane> lane = this->lane();
    CO_TRY(const Head head, co_await lane->head());
    co_return head.recorded_at;
  }

  document::Ledger& ledger() override { return ledger_; }

  Task<void> ping() override {
    const auto paths = co_await keeper_->paths();
    if (!paths) {
      Error why = keeper_->error();
      co_return Failure(std::move(why));
    }
    const std::shared_ptr<Lane> lane = this->lane();
    Result<> answered = co_await lane->ping();
    co_return answered;
  }

 private:
  /// `record` lives until the call ends; null: there is none.
  Task<std::vector<Receipt>> write(std::vector<Append> appends, const RecordPut* record) {
    if (appends.empty() && record == nullptr) co_return std::vector<Receipt>();
    CO_TRY_OK(co_await keeper_->paths());
    Write write;
    write.appends = std::move(appends);
    write.record = record;
    if (!writer_.push(write))
      co_return Failure(Error{ErrorKind::overloaded, "overloaded.writes", "The storage is busy: too many writes wait already."});
    Result<std::vector<Receipt>> result = co_await write.completion;
    co_return result;
  }

  Writer::Options writer_options() const {
    return {.server = {options_.uri, options_.database},
            .queue = {.queue_max = options_.queue_max,
                      .batch_max = options_.batch_max,
                      .wait_max = options_.wait_max,
                      .measures = options_.measures},
            .timeout = options_.timeout,
            .connect_timeout = options_.connect_timeout,
            .resolve_max = options_.resolve_max,
            .log = &log_};
  }

  std::shared_ptr<Connector> connector(const std::string& uri) const {
    return std::make_shared<Connector>(
        Connector::Options{.server = {uri, options_.database}, .timeout = options_.connect_timeout, .log = &log_});
  }

  /// Rows as they come, as many as there is room for.
  Task<Documents> versions_of(const Statement& statement, View view) {
    CO_TRY_OK(co_await keeper_->paths());
    const std::shared_ptr<Lane> lane = this->lane();
    CO_TRY(const Rows rows, co_await lane->ask(statement, view.at));
    Documents documents;
    for (int row = 0; row < rows.size() && !documents.is_cut(); ++row) {
      add_authored_row(documents, Row(rows, row));
      documents.cut_to(view.bytes_max);
    }
    co_return std::move(documents);
  }

  std::shared_ptr<Lane> lane() {
    io::Loop* const loop = io::Loop::current();
    CHECK(loop != nullptr);
    return lanes_->of(*loop, [this, loop] { return make_lane(*loop); }, lanes_);
  }

  Task<std::shared_ptr<Lane>> ready_lane() {
    CO_TRY_OK(co_await keeper_->paths());
    co_return lane();
  }

  std::shared_ptr<Lane> make_lane(io::Loop& loop) {
    Lane::Options lane{.link = {.connector = connector_, .timeout = options_.timeout + std::chrono::seconds(1)},
                       .replicas = replicas_,
                       .readers = options_.connections,
                       .scans_max = options_.scans_max};
    return std::make_shared<Lane>(loop, table_, std::move(lane));
  }

  /// What was prepared for the filter at this address; null for a filter without SQL.
  Result<const SqlCondition*> sql_condition(const document::Filter& filter) {
    if (!has_sql(filter)) return nullptr;
    const std::lock_guard lock(mutex_);
    const auto known = conditions_.find(&filter);
    if (known != conditions_.end()) return &known->second;
    TRY(SqlCondition condition, SqlCondition::make(filter));
    return &conditions_.emplace(&filter, std::move(condition)).first->second;
  }

  const Options options_;
  const Log log_;
  const Table table_;
  std::mutex mutex_;
  std::map<const document::Filter*, SqlCondition> conditions_;  // GUARDED_BY(mutex_)
  const std::shared_ptr<Connector> connector_;
  std::vector<std::shared_ptr<Connector>> replicas_;
  const std::shared_ptr<Lanes> lanes_ = std::make_shared<Lanes>();
  std::unique_ptr<Keeper> keeper_;
  Writer writer_;
  PostgresLedger ledger_;
};

/// Our other tables are named after the collection with a colon, and PostgreSQL cuts names after 63 bytes.
Result<> check_name(const std::string& collection) {
  constexpr std::size_t kNameMax = 63 - std::string_view(":entries_past_pkey").size();
  const bool good = !collection.empty() && collection.size() <= kNameMax && collection.find(':') == std::string::npos &&
                    collection.find('\0') == std::string::npos;
  if (good) return {};
  return Failure(Error{ErrorKind::invalid_argument, "store.open",
                       fmt::format("\"{}\" cannot be the name of a collection in PostgreSQL.", collection),
                       fmt::format("Use letters, digits and underscores, at most {}", kNameMax)});
}

}  // namespace

Result<std::unique_ptr<document::Store>> open_store(Options options) {
  TRY_OK(check_name(options.collection));
  auto store = std::make_unique<PostgresStore>(std::move(options));
  TRY_OK(store->start());
  return store;
}

}  // namespace millrace::store::postgres
