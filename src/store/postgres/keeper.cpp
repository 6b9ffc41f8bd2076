#include "store/postgres/keeper.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::store::postgres {
namespace {

using document::FieldPath;
using document::IndexedPath;

/// Versions that get their entries in one transaction.
constexpr std::int64_t kFilledAtOnce = 500;

constexpr std::chrono::milliseconds kRetryMin{100};

Error cannot_open(std::string message, std::string hint) {
  return {ErrorKind::unprocessable, "store.open", std::move(message), std::move(hint)};
}

/// Whether the server is there, and what it holds is not for us.
bool is_refusal(const Error& error) {
  return error.code == "store.open" || error.code == "store.sql";
}

}  // namespace

Keeper::Keeper(const Table& table, Options options) : table_(table), options_(std::move(options)), thread_([this] { run(); }) {}

Keeper::~Keeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Task<Keeper::Paths> Keeper::paths() {
  io::Completion<void> known;
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::ready) co_return paths_;
    if (state_ != State::trying) co_return Failure(error_for_clients());
    waiting_.push_back(&known);
  }
  Result<> tried = co_await known;
  if (!tried) co_return Failure(tried.error());
  const std::lock_guard lock(mutex_);
  co_return paths_;
}

Result<> Keeper::first_refusal(std::chrono::milliseconds wait_max) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait_max, [this] { return state_ != State::trying; });
  if (state_ == State::refused) return Failure(error_);
  return {};
}

/// What the server said stays here. Requires: the mutex is held.
Error Keeper::error_for_clients() const {
  return state_ == State::refused ? Error{ErrorKind::unavailable, "store.open", "The storage cannot be used."} : unreachable();
}

Error Keeper::error() {
  const std::lock_guard lock(mutex_);
  return error_;
}

/// Requires: the mutex is held.
void Keeper::wake_waiting() {
  for (io::Completion<void>* waiting : std::exchange(waiting_, {})) {
    waiting->complete(state_ == State::ready ? Result<>() : Failure(error_for_clients()));
  }
}

void Keeper::fail(const Error& error) {
  if (is_refusal(error) && *options_.log) (*options_.log)(fmt::format("postgres: {} {}", error.message, error.hint));
  {
    const std::lock_guard lock(mutex_);
    // Tables that are there stay there: only the filling of an index goes on later.
    if (state_ == State::ready) return;
    state_ = is_refusal(error) ? State::refused : State::away;
    error_ = error;
    wake_waiting();
  }
  changed_.notify_all();
}

/// False when it is time to end.
bool Keeper::pause(std::chrono::milliseconds delay) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, delay, [this] { return stopping_; });
}

void Keeper::run() {
  std::chrono::milliseconds delay = kRetryMin;
  bool ended = false;
  while (!ended) {
    Result<std::unique_ptr<Session>> session = Session::open(options_.server, options_.log, options_.connect_timeout);
    Result<> prepared = session ? prepare(**session) : Failure(session.error());
    while (prepared && !ended) {
      Result<bool> filled = fill(**session);
      if (!filled) prepared = Failure(filled.error());
      ended = (filled && *filled) || !pause(std::chrono::milliseconds(0));
    }
    if (prepared) continue;
    fail(prepared.error());
    // What is refused may be mended as well.
    if (!pause(delay)) return;
    delay = std::min(delay * 2, options_.retry_max);
  }
}

Result<> Keeper::run_now(Session& session, Exchange& exchange) {
  Result<> outcome = session.run(exchange, options_.timeout);
  if (!outcome && !exchange.message.empty()) outcome.error().hint = exchange.message + std::string(way_out(exchange.message));
  return outcome;
}

Result<> Keeper::prepare(Session& session) {
  TRY_OK(make_tables(session));
  TRY_OK(add_paths(session));
  TRY_OK(check_conditions(session));
  return publish(session);
}

/// Makes the tables that are not there. One instance looks and makes at a time.
Result<> Keeper::make_tables(Session& session) {
  Exchange begin;
  begin.add("BEGIN");
  begin.add("SELECT pg_advisory_xact_lock(hashtextextended('millrace ' || current_schema() || ' ' || $1, 0))",
            Parameters().text(table_.collection));
  TRY_OK(run_now(session, begin));
  TRY(const bool is_there, check_owner(session));
  Exchange question;
  question.add("SELECT to_regclass($1) IS NOT NULL", Parameters().text(table_.ledger));
  question.add("SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'author' AND NOT attisdropped",
               Parameters().text(table_.versions));
  TRY_OK(run_now(session, question));
  Exchange make;
  if (!is_there) {
    for (const std::string& sql : table_.create) make.add(sql);
  }
  if (!question.rows[0].boolean(0, 0)) make.add(table_.create_ledger);
  // Whoever reads or writes meanwhile is waited for, but not for long, since others wait behind us: then this is tried again.
  if (is_there && question.rows[1].integer(0, 0) == 0) make.add("SET LOCAL lock_timeout = '1s'").add(table_.add_author);
  make.add("COMMIT");
  return run_now(session, make);
}

/// Whether the tables are there; a table of somebody else under our name is refused.
Result<bool> Keeper::check_owner(Session& session) {
  Exchange question;
  question.add("SHOW server_encoding");
  question.add("SELECT to_regclass($1) IS NOT NULL, to_regclass($2) IS NOT NULL", Parameters().text(table_.versions).text(table_.head));
  question.add(
      "SELECT coalesce(string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum), '') FROM pg_attribute"
      " WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
      Parameters().text(table_.versions));
  TRY_OK(run_now(session, question));
  if (const std::string_view encoding = question.rows[0].text(0, 0); encoding != "UTF8") {
    return Failure(cannot_open(fmt::format("The database's encoding is {}.", encoding), "Make one with the encoding UTF8"));
  }
  const bool has_versions = question.rows[1].boolean(0, 0);
  const bool has_head = question.rows[1].boolean(0, 1);
  if (!has_versions && !has_head) return false;
  const std::string_view columns = question.rows[2].text(0, 0);
  constexpr std::string_view kColumns =
      "position bigint, id text, version bigint, recorded_at bigint, superseded_at bigint, deleted boolean, payload json";
  const bool is_ours = columns == kColumns || columns == std::string(kColumns) + ", author text";
  if (!has_versions || !has_head || !is_ours) {
    return Failure(cannot_open(fmt::format("The table {} was made by something else: it has {}.", table_.versions, columns),
                               "Name another table, or another database"));
  }
  TRY_OK(check_layout(session));
  return true;
}

Result<> Keeper::check_layout(Session& session) {
  Exchange question;
  question.add(fmt::format("SELECT layout FROM {}", table_.head));
  TRY_OK(run_now(session, question));
  if (question.rows[0].size() == 1 && question.rows[0].integer(0, 0) == kLayout) return {};
  return Failure(cannot_open(fmt::format("The table {} was written by a later version of this program.", table_.versions),
                             "Run that version, or name another table"));
}

/// The wanted paths that are not among these.
std::vector<FieldPath> Keeper::missing_paths(const Rows& rows) const {
  std::vector<FieldPath> known;
  for (int row = 0; row < rows.size(); ++row) known.push_back(document::path_of(rows.text(row, 1)));
  std::vector<FieldPath> missing;
  for (const FieldPath& path : options_.indexes) {
    if (!document::can_index(path) || std::ranges::find(known, path) != known.end()) continue;
    known.push_back(path);
    missing.push_back(path);
  }
  return missing;
}

Result<> Keeper::add_paths(Session& session) {
  Exchange look;
  look.add(table_.select_paths);
  TRY_OK(run_now(session, look));
  // Where nothing is new nothing is locked: a server that can only be read will do.
  if (missing_paths(look.rows[0]).empty()) return {};
  Exchange begin;
  begin.add("BEGIN").add(table_.lock_head).add(table_.select_paths);
  TRY_OK(run_now(session, begin));
  const bool is_empty = begin.rows[1].integer(0, 0) == 0;
  const Rows& known = begin.rows[2];
  std::int64_t number = known.size() == 0 ? 0 : known.integer(known.size() - 1, 0);
  Exchange insert;
  for (const FieldPath& path : missing_paths(known)) {
    insert.add(fmt::format("INSERT INTO {}(number, path, ready) VALUES($1, $2, {})", table_.paths, is_empty),
               Parameters().integer(++number).text(document::path_text(path)));
  }
  insert.add("COMMIT");
  return run_now(session, insert);
}

Result<> Keeper::check_conditions(Session& session) {
  for (const SqlCondition* condition : options_.conditions) {
    Exchange question;
    Parameters parameters;
    for (std::size_t i = 0; i < condition->parameter_count(); ++i) parameters.null();
    question.add(fmt::format("SELECT {} FROM {} AS v WHERE ({}\n) LIMIT 0", table_.columns, table_.versions, condition->text()),
                 std::move(parameters));
    const Result<> asked = session.run(question, options_.timeout);
    if (asked) continue;
    if (question.message.empty()) return asked;
    return Failure(Error{ErrorKind::unprocessable, "store.sql",
                         fmt::format("PostgreSQL cannot run \"{}\": {}.", condition->text(), question.message)});
  }
  return {};
}

Result<> Keeper::publish(Session& session) {
  Exchange question;
  question.add(table_.select_paths);
  TRY_OK(run_now(session, question));
  auto paths = std::make_shared<std::vector<IndexedPath>>();
  const Rows& rows = question.rows[0];
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.boolean(row, 4)) paths->push_back({.number = rows.integer(row, 0), .path = document::path_of(rows.text(row, 1))});
  }
  {
    const std::lock_guard lock(mutex_);
    paths_ = std::move(paths);
    state_ = State::ready;
    wake_waiting();
  }
  changed_.notify_all();
  return {};
}

/// Gives some versions the entries of paths that are new; true when there is nothing left to do. Versions that came after the path have
/// theirs from their writers.
Result<bool> Keeper::fill(Session& session) {
  Exchange question;
  question.add(table_.select_paths).add(table_.read_head);
  TRY_OK(run_now(session, question));
  const std::int64_t last = question.rows[1].integer(0, 0);
  std::vector<IndexedPath> paths;
  std::vector<std::int64_t> numbers;
  std::int64_t after = last;
  const Rows& rows = question.rows[0];
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.boolean(row, 4)) continue;
    paths.push_back({.number = rows.integer(row, 0), .path = document::path_of(rows.text(row, 1))});
    numbers.push_back(rows.integer(row, 0));
    after = std::min(after, rows.integer(row, 3));
  }
  if (paths.empty()) {
    TRY_OK(publish(session));
    return true;
  }
  const std::int64_t until = std::min(last, after + kFilledAtOnce);
  TRY_OK(fill_some(session, paths, after, until));
  Exchange note;
  note.add(fmt::format("UPDATE {} SET filled = greatest(filled, $2), ready = ready OR $2 >= $3 WHERE number = ANY($1)", table_.paths),
           Parameters().integers(numbers).integer(until).integer(last));
  TRY_OK(run_now(session, note));
  return false;
}

Result<> Keeper::fill_some(Session& session, const std::vector<IndexedPath>& paths, std::int64_t after, std::int64_t until) {
  Exchange begin;
  begin.add("BEGIN");
  // The lock is for one writer alone: whoever supersedes one of these versions waits until its entries are there to be moved.
  begin.add(fmt::format("SELECT {} FROM {} AS v WHERE v.position > $1 AND v.position <= $2 ORDER BY v.position FOR SHARE", table_.columns,
                        table_.versions),
            Parameters().integer(after).integer(until));
  TRY_OK(run_now(session, begin));
  struct Columns {
    std::vector<std::int64_t> paths, positions;
    std::vector<std::string> keys;
  } newest, past;
  std::vector<std::int64_t> many;
  const Rows& rows = begin.rows[1];
  for (int i = 0; i < rows.size(); ++i) {
    const Row row(rows, i);
    if (row.envelope().deleted) continue;
    Columns& columns = row.superseded_at() == kNewest ? newest : past;
    for (const IndexedPath& path : paths) {
      std::vector<std::string> keys = document::keys_at(path.path, row.payload());
      if (keys.size() > 1) many.push_back(path.number);
      for (std::string& key : keys) {
        columns.paths.push_back(path.number);
        columns.positions.push_back(rows.integer(i, kPosition));
        columns.keys.push_back(std::move(key));
      }
    }
  }
  Exchange write;
  for (const auto& [columns, sql] : {std::pair(&newest, &table_.insert_entries), std::pair(&past, &table_.insert_entries_past)}) {
    const std::vector<std::string_view> keys(columns->keys.begin(), columns->keys.end());
    write.add(*sql, Parameters().integers(columns->paths).byte_strings(keys).integers(columns->positions));
  }
  write.add(table_.mark_many, Parameters().integers(many));
  write.add("COMMIT");
  return run_now(session, write);
}

}  // namespace millrace::store::postgres
