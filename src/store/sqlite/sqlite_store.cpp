#include "store/sqlite/sqlite_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <unordered_map>

#include "io/worker_pool.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/finder.hpp"
#include "store/sqlite/ledger.hpp"
#include "store/sqlite/places.hpp"
#include "store/sqlite/versions_at.hpp"

namespace millrace::store::sqlite {
namespace {

using document::Append;
using document::Documents;
using document::Position;
using document::Query;
using document::Receipt;
using document::View;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

/// As SQLite counts: what is beyond it is as good as without end.
std::int64_t to_integer(std::uint64_t count) {
  return static_cast<std::int64_t>(std::min(count, static_cast<std::uint64_t>(kMax)));
}

class SqliteStore final : public document::Store {
 public:
  SqliteStore(Options options, std::shared_ptr<Database> database)
      : options_(std::move(options)), database_(std::move(database)), table_(options_.collection), ledger_(*database_, table_) {}

  /// Makes what is not there yet.
  Result<> prepare() {
    TRY(const std::unique_ptr<Connection> connection, database_->open_for_writing());
    TRY_OK(check_spelling(*connection));
    if (const Result<> created = create_table(*connection, table_, options_.indexes); !created) {
      return Failure(cannot_create(*connection, created.error()));
    }
    TRY(paths_, read_paths(*connection, table_));
    for (const document::Filter* filter : options_.sql_filters) {
      TRY(const SqlCondition* condition, sql_condition(*filter));
      TRY_OK(condition->check(*connection));
    }
    return {};
  }

  Task<std::vector<Receipt>> append(std::vector<Append> appends) override {
    if (appends.empty()) co_return std::vector<Receipt>();
    Write write{{.appends = std::move(appends)}, &table_, &options_.clock};
    if (!database_->writer().push(write)) co_return Failure(busy());
    Result<std::vector<Receipt>> result = co_await write.completion;
    co_return result;
  }

  bool commits_with(const document::Ledger& ledger) const override {
    const auto* const own = dynamic_cast<const SqliteLedger*>(&ledger);
    return own != nullptr && &own->database() == database_.get();
  }
  Task<std::vector<Receipt>> append_with(std::vector<Append> appends, document::RecordWrite record) override {
    CO_TRY_OK(document::check_record(record.value));
    const auto& ledger = static_cast<const SqliteLedger&>(*record.ledger);
    const RecordWrite with{.table = &ledger.table(), .name = record.name, .value = record.value, .revision = record.revision};
    Write write{{.appends = std::move(appends)}, &table_, &options_.clock, &with};
    if (!database_->writer().push(write)) co_return Failure(busy());
    Result<std::vector<Receipt>> result = co_await write.completion;
    co_return result;
  }

  Task<void> append_all(document::AppendSource& source) override {
    Write write{{.source = &source}, &table_, &options_.clock};
    if (!database_->writer().push(write)) co_return Failure(busy());
    Result<std::vector<Receipt>> result = co_await write.completion;
    if (!result) co_return Failure(std::move(result).error());
    co_return {};
  }

  Task<Documents> read(std::span<const std::string_view> ids, View view) override {
    const observe::Timer timer(options_.measures.read);
    if (ids.size() <= options_.inline_rows_max || options_.workers == nullptr) co_return read_all(ids, view);
    std::move_only_function<Result<Documents>()> work = [this, ids, view] { return read_all(ids, view); };
    Result<Documents> result = co_await options_.workers->run<Documents>(std::move(work));
    co_return result;
  }

  Task<std::vector<Documents>> find(std::span<const Query> queries, View view) override {
    return ask<Documents>(queries, view, {&SqliteStore::find_one, options_.measures.find});
  }

  Task<std::vector<std::uint64_t>> count(std::span<const Query> queries, View view) override {
    return ask<std::uint64_t>(queries, view, {&SqliteStore::count_one, options_.measures.count});
  }

  Task<Documents> history(std::string_view id, View view, Position before, std::size_t limit) override {
    const observe::Timer timer(options_.measures.history);
    co_return versions_of(id, view, before, limit);
  }

  Task<Documents> changes(Position after, std::size_t limit, View view) override {
    const observe::Timer timer(options_.measures.changes);
    if (limit <= options_.inline_rows_max || options_.workers == nullptr) co_return changes_after(after, limit, view.bytes_max);
    std::move_only_function<Result<Documents>()> work = [this, after, limit, view] { return changes_after(after, limit, view.bytes_max); };
    Result<Documents> result = co_await options_.workers->run<Documents>(std::move(work));
    co_return result;
  }

  Task<Position> last_position() override { co_return read_last_position(); }

  Task<Instant> latest() override {
    CO_TRY(Connection* const connection, database_->reader());
    co_return last_recorded(*connection);
  }

  document::Ledger& ledger() override { return ledger_; }

  Task<void> ping() override { co_return try_read(); }

 private:
  static Error busy() { return {ErrorKind::overloaded, "overloaded.writes", "The storage is busy: too many writes wait already."}; }

  /// To SQLite "Events" and "events" are one table; two collections must not become one.
  Result<> check_spelling(Connection& connection) const {
    Cursor table = connection.use("SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE");
    const bool differs = table.text(1, options_.collection).next() && table.text(0) != options_.collection;
    if (table.failed()) return Failure(connection.failure());
    if (!differs) return {};
    return Failure(Error{ErrorKind::invalid_argument, "store.open",
                         fmt::format("The collection \"{}\" is there already as \"{}\".", options_.collection, table.text(0)),
                         "Write it so, or name another collection"});
  }

  /// The usual reason is a table that something else made under this name.
  Error cannot_create(Connection& connection, const Error& error) const {
    if (error.code != "store.internal" || connection.parameter_count(table_.check)) return error;
    return {
        ErrorKind::unavailable, "store.open",
        fmt::format("The table \"{}\" in \"{}\" has other columns: {}.", options_.collection, options_.file.string(), connection.message()),
        "Name another collection, or another file"};
  }

  Result<Documents> read_all(std::span<const std::string_view> ids, View view) {
    TRY(Connection* const connection, database_->reader());
    // One statement is a snapshot by itself.
    if (ids.size() == 1) return read_each(*connection, ids, view);
    const Snapshot snapshot(*connection);
    if (!snapshot.begun()) return Failure(snapshot.begun().error());
    return read_each(*connection, ids, view);
  }

  Result<Instant> last_recorded(Connection& connection) {
    HeldState& held = connection.held_state();
    if (const std::optional<Instant> known = held.recorded(&table_)) return *known;
    Cursor last = connection.use(table_.last);
    const Instant recorded = last.next() ? Instant{last.integer(1)} : Instant{};
    if (last.failed()) return Failure(connection.failure());
    if (held.is_held()) held.remember(&table_, recorded);
    return recorded;
  }

  /// Within a snapshot: when nothing was recorded after the instant, the newest is what it shows, and that is read with less effort.
  Result<> forget_instant(Connection& connection, View& view) {
    if (view.at == kNewest) return {};
    TRY(const Instant last, last_recorded(connection));
    if (last <= view.at) view.at = kNewest;
    return {};
  }

  /// Whether it is the version of the document that the view shows.
  static bool is_shown(const Version& version, std::string_view id, const View& view) {
    const bool is_over = version.superseded_at() != kNewest && version.superseded_at() <= view.at;
    return version.id() == id && !is_over && version.envelope().recorded_at <= view.at;
  }

  /// The document's version that the view shows; nothing: there is none, or the cursor failed.
  std::optional<Version> seek(Cursor& by_id, std::string_view id, HeldVersions* held) {
    by_id.again();
    by_id.text(1, id);
    if (!by_id.next()) return std::nullopt;
    const Version version = version_of(by_id);
    if (version.superseded_at() == kNewest) places_.remember(id, version.envelope().position);
    if (held != nullptr) held->keep(&table_, version);
    return version;
  }

  Cursor newest_by_id(Connection& connection, const View& view) {
    Cursor by_id = connection.use(view.at == kNewest ? table_.read_newest : table_.read_at);
    if (view.at != kNewest) by_id.integer(2, view.at.microseconds);
    return by_id;
  }

  /// Where they stand, as far as it is known, and then those that stand there no more by their ids.
  Result<> read_some(Connection& connection, std::span<const std::string_view> ids, const View& view, Documents& documents) {
    std::array<std::int64_t, kPlacesAtOnce> places{};  // 0: not known
    for (std::size_t i = 0; i < ids.size(); ++i) places[i] = to_integer(places_.find(ids[i]).value_or(0));
    VersionsAt at_places(connection, table_, std::span(places).first(ids.size()));
    std::optional<Cursor> by_id;
    for (std::size_t i = 0; i < ids.size() && !documents.is_cut(); ++i) {
      const Version* version = at_places.next();
      std::optional<Version> sought;
      if (version == nullptr || !is_shown(*version, ids[i], view)) {
        if (!by_id) by_id.emplace(newest_by_id(connection, view));
        sought = seek(*by_id, ids[i], connection.held_state().versions());
        version = sought ? &*sought : nullptr;
      }
      const bool found = version != nullptr && !version->envelope().deleted;
      found ? documents.add(version->id(), version->payload(), version->envelope()) : documents.add_missing();
      if (found) documents.cut_to(view.bytes_max);
      if (at_places.failed() || (by_id && by_id->failed())) return Failure(connection.failure());
    }
    return {};
  }

  Result<Documents> read_each(Connection& connection, std::span<const std::string_view> ids, const View& view) {
    Documents documents;
    while (!ids.empty() && !documents.is_cut()) {
      const std::size_t count = std::min(ids.size(), kPlacesAtOnce);
      TRY_OK(read_some(connection, ids.first(count), view, documents));
      ids = ids.subspan(count);
    }
    return documents;
  }

  template <class T>
  using AskOne = Result<T> (SqliteStore::*)(Finder& finder, const Query& query);
  template <class T>
  struct Asking {
    AskOne<T> one;
    observe::Histogram* took;
  };

  /// Answers all queries: here when that is soon done, else on the workers.
  template <class T>
  Task<std::vector<T>> ask(std::span<const Query> queries, View view, Asking<T> asking) {
    const observe::Timer timer(asking.took);
    const AskOne<T> one = asking.one;
    const bool may_move = options_.workers != nullptr;
    Effort effort;
    if (may_move) effort.left = options_.inline_rows_max;
    const auto is_sql = [](const Query& query) { return has_sql(*query.filter); };
    if (!may_move || std::ranges::none_of(queries, is_sql)) {
      Result<std::vector<T>> answers = ask_all(queries, view, effort, one);
      if (!effort.spent) co_return answers;
    }
    std::move_only_function<Result<std::vector<T>>()> work = [this, queries, view, one] {
      Effort unlimited;
      return ask_all(queries, view, unlimited, one);
    };
    Result<std::vector<T>> result = co_await options_.workers->run<std::vector<T>>(std::move(work));
    co_return result;
  }

  template <class T>
  Result<std::vector<T>> ask_all(std::span<const Query> queries, View view, Effort& effort, AskOne<T> one) {
    TRY(Connection* const connection, database_->reader());
    const Snapshot snapshot(*connection);
    if (!snapshot.begun()) return Failure(snapshot.begun().error());
    TRY_OK(forget_instant(*connection, view));
    Finder finder({.connection = *connection, .table = table_, .paths = paths_, .view = view}, effort);
    std::vector<T> answers;
    for (const Query& query : queries) {
      TRY(T answer, (this->*one)(finder, query));
      answers.push_back(std::move(answer));
      if (effort.spent) break;
    }
    return answers;
  }

  Result<Documents> find_one(Finder& finder, const Query& query) {
    if (query.page.limit == 0) return Documents();
    TRY(const SqlCondition* const condition, sql_condition(*query.filter));
    return finder.find(query, condition);
  }

  Result<std::uint64_t> count_one(Finder& finder, const Query& query) {
    TRY(const SqlCondition* const condition, sql_condition(*query.filter));
    return finder.count(query, condition);
  }

  /// What was prepared for the filter at this address; null for a filter without SQL.
  Result<const SqlCondition*> sql_condition(const document::Filter& filter) {
    if (!has_sql(filter)) return nullptr;
    const std::lock_guard lock(mutex_);
    const auto known = conditions_.find(&filter);
    if (known != conditions_.end()) return &known->second;
    TRY(SqlCondition condition, SqlCondition::make(filter, table_));
    return &conditions_.emplace(&filter, std::move(condition)).first->second;
  }

  Result<Documents> changes_after(Position after, std::size_t limit, std::size_t bytes_max) {
    TRY(Connection* const connection, database_->reader());
    Cursor rows = connection->use(table_.changes);
    rows.integer(1, to_integer(after)).integer(2, to_integer(limit));
    return all_rows(*connection, rows, bytes_max);
  }

  Result<Position> read_last_position() {
    TRY(Connection* const connection, database_->reader());
    Cursor last = connection->use(table_.last);
    const Position position = last.next() ? static_cast<Position>(last.integer(0)) : 0;
    if (last.failed()) return Failure(connection->failure());
    return position;
  }

  Result<Documents> versions_of(std::string_view id, View view, Position before, std::size_t limit) {
    TRY(Connection* const connection, database_->reader());
    Cursor rows = connection->use(table_.history);
    rows.text(1, id).integer(2, view.at.microseconds).integer(3, before == 0 ? kMax : to_integer(before));
    rows.integer(4, to_integer(limit));
    return all_rows(*connection, rows, view.bytes_max);
  }

  static Result<Documents> all_rows(Connection& connection, Cursor& rows, std::size_t bytes_max) {
    Documents documents;
    while (!documents.is_cut() && rows.next()) {
      add_authored_row(documents, rows);
      documents.cut_to(bytes_max);
    }
    if (rows.failed()) return Failure(connection.failure());
    return documents;
  }

  Result<> try_read() {
    TRY(Connection* const connection, database_->reader());
    return connection->run(table_.last);
  }

  const Options options_;
  const std::shared_ptr<Database> database_;
  const Table table_;
  SqliteLedger ledger_;
  Places places_;
  std::vector<document::IndexedPath> paths_;  // fixed after prepare()
  std::mutex mutex_;
  std::unordered_map<const document::Filter*, SqlCondition> conditions_;  // GUARDED_BY(mutex_)
};

/// Our other tables are named after the collection with a colon, and SQLite keeps names that begin with sqlite_ to itself.
Result<> check_name(const std::string& collection) {
  const bool good = !collection.empty() && collection.find(':') == std::string::npos && collection.find('\0') == std::string::npos &&
                    !collection.starts_with("sqlite_");
  if (good) return {};
  return Failure(Error{ErrorKind::invalid_argument, "store.open",
                       fmt::format("\"{}\" cannot be the name of a collection in SQLite.", collection),
                       "Use letters, digits and underscores"});
}

}  // namespace

Result<std::unique_ptr<document::Store>> open_store(Options options) {
  TRY_OK(check_name(options.collection));
  const Database::Options database_options{.file = options.file,
                                           .limits = {.queue = {.queue_max = options.queue_max,
                                                                .batch_max = options.batch_max,
                                                                .wait_max = options.wait_max,
                                                                .measures = options.measures}},
                                           .file_bytes_max = options.file_bytes_max,
                                           .log = options.log};
  TRY(std::shared_ptr<Database> database, Database::open(database_options));
  auto store = std::make_unique<SqliteStore>(std::move(options), std::move(database));
  TRY_OK(store->prepare());
  return store;
}

}  // namespace millrace::store::sqlite
