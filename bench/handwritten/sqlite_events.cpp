#include "bench/handwritten/sqlite_events.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::handwritten {
namespace {

/// Rows of raw events are appended, which splits no page; those of processed events lie by the name that they are asked by, newest last.
/// The names of raw events are indexed as the example's getByName(name) needs it.
constexpr const char* kSchema = R"(
  CREATE TABLE IF NOT EXISTS raw_events(position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    version INTEGER NOT NULL, document TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS raw_events_by_name ON raw_events(name);
  CREATE TABLE IF NOT EXISTS processed_events(name TEXT NOT NULL, position INTEGER NOT NULL, raw_event_id TEXT NOT NULL,
    document TEXT NOT NULL, PRIMARY KEY(name, position)) WITHOUT ROWID, STRICT;)";

constexpr const char* kImport = R"(
  INSERT INTO raw_events(id, version, document, name, position)
    SELECT id, version, '{"id":' || json_quote(id) || ',' || substr(payload, 2), json_extract(payload, '$.name'), position
    FROM raw.raw_events WHERE superseded_at IS NULL AND deleted = 0 ORDER BY position;
  INSERT INTO processed_events(name, position, raw_event_id, document)
    SELECT json_extract(payload, '$.name') AS name, position, json_extract(payload, '$.raw_event_id'),
      '{"id":' || json_quote(id) || ',' || substr(payload, 2)
    FROM processed.processed_events WHERE superseded_at IS NULL AND deleted = 0 ORDER BY name, position;)";

class Connection {
 public:
  explicit Connection(const std::string& file) {
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    expect(sqlite3_open_v2(file.c_str(), &handle_, kFlags, nullptr) == SQLITE_OK);
    sqlite3_busy_timeout(handle_, 5000);
  }
  ~Connection() {
    for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
    sqlite3_close(handle_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void run(const std::string& script) { expect(sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK); }
  /// Ends with the connection.
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    expect(sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) == SQLITE_OK);
    return statements_.emplace_back(statement);
  }
  /// Whether there is a row.
  bool step(sqlite3_stmt* statement) {
    const int code = sqlite3_step(statement);
    expect(code == SQLITE_ROW || code == SQLITE_DONE);
    return code == SQLITE_ROW;
  }
  void run(sqlite3_stmt* statement) {
    step(statement);
    sqlite3_reset(statement);
  }
  bool has_changed() const { return sqlite3_changes(handle_) > 0; }

 private:
  void expect(bool is_fine) const {
    if (!is_fine) fail("SQLite", sqlite3_errmsg(handle_));
  }

  sqlite3* handle_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
};

void bind_text(sqlite3_stmt* statement, int parameter, std::string_view text) {
  sqlite3_bind_text(statement, parameter, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

std::string_view text(sqlite3_stmt* statement, int column) {
  const void* characters = sqlite3_column_text(statement, column);
  return {static_cast<const char*>(characters), static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

/// The thread that writes: it commits all that waits in one transaction.
class Writer {
 public:
  struct Write {
    const Event* event;
    io::Completion<Place>* done;
    Place place = {};
  };

  explicit Writer(const std::string& file) : connection_(file) {
    connection_.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4000;");
    connection_.run(kSchema);
    begin_ = connection_.prepare("BEGIN IMMEDIATE");
    commit_ = connection_.prepare("COMMIT");
    insert_ = connection_.prepare(
        "INSERT INTO raw_events(id, version, document, name, position) VALUES(?1, 1, ?2, ?3, ?4) ON CONFLICT DO NOTHING");
    sqlite3_stmt* const last = connection_.prepare("SELECT max(position) FROM raw_events");
    connection_.step(last);
    position_ = sqlite3_column_int64(last, 0);
    sqlite3_reset(last);
    thread_ = std::thread([this] { run(); });
  }
  ~Writer() {
    {
      const std::lock_guard lock(mutex_);
      is_ending_ = true;
    }
    arrived_.notify_one();
    thread_.join();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Any thread.
  void push(Write write) {
    bool enough = false;
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(write);
      enough = waiting_.size() == wanted_;
    }
    if (enough) arrived_.notify_one();
  }
  /// How many commits there were: whoever reads after one is answered sees another number than before it.
  std::uint64_t commits() const { return commits_.load(std::memory_order_acquire); }

 private:
  void run() {
    std::vector<Write> writes;
    while (take(writes)) {
      connection_.run(begin_);
      for (Write& write : writes) insert(write);
      connection_.run(commit_);
      commits_.fetch_add(1, std::memory_order_release);
      complete(writes);
    }
  }

  /// Those that were just answered come back within moments: waiting for them that long makes fewer commits.
  bool take(std::vector<Write>& writes) {
    constexpr std::chrono::microseconds kGather{150};
    const std::size_t before = writes.size();
    writes.clear();
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return is_ending_ || !waiting_.empty(); });
    if (waiting_.size() < before) {
      wanted_ = before;
      arrived_.wait_for(lock, kGather, [this] { return is_ending_ || waiting_.size() >= wanted_; });
      wanted_ = 1;
    }
    writes.swap(waiting_);
    return !writes.empty();
  }

  void insert(Write& write) {
    bind_text(insert_, 1, write.event->id);
    bind_text(insert_, 2, write.event->document);
    bind_text(insert_, 3, write.event->name);
    sqlite3_bind_int64(insert_, 4, position_ + 1);
    connection_.run(insert_);
    if (connection_.has_changed()) write.place = ++position_;
  }

  /// One post for each loop, since a post wakes a thread.
  static void complete(std::vector<Write>& writes) {
    std::vector<std::pair<io::Loop*, std::vector<Write>>> by_loop;
    for (const Write& write : writes) {
      auto known = std::ranges::find(by_loop, &write.done->loop(), &std::pair<io::Loop*, std::vector<Write>>::first);
      if (known == by_loop.end()) known = by_loop.insert(known, {&write.done->loop(), {}});
      known->second.push_back(write);
    }
    for (auto& [loop, ended] : by_loop) {
      loop->post([ready = std::move(ended)] {
        for (const Write& write : ready) write.done->complete_here(write.place);
      });
    }
  }

  Connection connection_;
  sqlite3_stmt *begin_, *commit_, *insert_;
  std::int64_t position_ = 0;
  std::atomic<std::uint64_t> commits_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Write> waiting_;  // GUARDED_BY(mutex_)
  std::size_t wanted_ = 1;      // GUARDED_BY(mutex_); how many writes the thread sleeps for
  bool is_ending_ = false;      // GUARDED_BY(mutex_)
  std::thread thread_;
};

/// The state that a loop's reads see. Beginning and ending a transaction asks the system for locks, which is a fifth of what a read costs,
/// so while nothing is written one transaction serves many reads; no other process writes the file. Amid writes each read has its own: one
/// that is held would keep the log from beginning anew.
class Snapshot {
 public:
  Snapshot(Connection& connection, const Writer& writer)
      : connection_(connection), writer_(writer), begin_(connection.prepare("BEGIN")), end_(connection.prepare("COMMIT")) {}

  /// Before each read.
  void refresh() {
    constexpr int kQuiet = 32;
    if (writer_.commits() != seen_) {
      release();
      seen_ = writer_.commits();
      reads_ = 0;
    }
    if (is_held_ || ++reads_ < kQuiet) return;
    connection_.run(begin_);
    is_held_ = true;
  }
  /// Now and then: whoever does not read must not hold an old state.
  void release_old() {
    if (writer_.commits() != seen_) release();
  }

 private:
  void release() {
    if (std::exchange(is_held_, false)) connection_.run(end_);
    reads_ = 0;
  }

  Connection& connection_;
  const Writer& writer_;
  sqlite3_stmt *begin_, *end_;
  std::uint64_t seen_ = 0;
  int reads_ = 0;  // since the last commit, until it is held
  bool is_held_ = false;
};

class SqliteEvents final : public Events {
 public:
  SqliteEvents(const std::string& file, Writer& writer) : connection_(file), writer_(writer), snapshot_(connection_, writer) {
    connection_.run("PRAGMA query_only=1; PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824;");
    find_ = connection_.prepare("SELECT version, document FROM raw_events WHERE id = ?1");
    find_processed_ = connection_.prepare(
        "SELECT p.document, r.document FROM processed_events AS p LEFT JOIN raw_events AS r ON r.id = p.raw_event_id"
        " WHERE p.name = ?1 ORDER BY p.position DESC");
  }

  void find(std::string_view id, io::Completion<Stored>& done) override {
    snapshot_.refresh();
    bind_text(find_, 1, id);
    Stored stored;
    if (connection_.step(find_)) stored = {.version = sqlite3_column_int64(find_, 0), .document = std::string(text(find_, 1))};
    sqlite3_reset(find_);
    done.complete_here(std::move(stored));
  }

  void find_processed(std::string_view name, io::Completion<std::string>& done) override {
    snapshot_.refresh();
    bind_text(find_processed_, 1, name);
    ProcessedAnswer answer;
    while (connection_.step(find_processed_)) answer.add(text(find_processed_, 0), text(find_processed_, 1));
    sqlite3_reset(find_processed_);
    done.complete_here(std::move(answer).take());
  }

  void add(const Event& event, io::Completion<Place>& done) override { writer_.push({&event, &done}); }

  static void release_old(std::weak_ptr<SqliteEvents> self, io::Loop& loop) {
    constexpr std::chrono::milliseconds kTick{100};
    const auto events = self.lock();
    if (!events) return;
    events->snapshot_.release_old();
    loop.after(kTick, [self = std::move(self), &loop] { release_old(self, loop); });
  }

 private:
  Connection connection_;
  Writer& writer_;
  Snapshot snapshot_;
  sqlite3_stmt *find_, *find_processed_;
};

}  // namespace

void import_sqlite(const std::string& file, const std::string& raw_file, const std::string& processed_file) {
  Connection connection(file);
  connection.run("PRAGMA journal_mode=WAL;");
  connection.run(kSchema);
  connection.run("ATTACH '" + raw_file + "' AS raw; ATTACH '" + processed_file + "' AS processed;");
  connection.run(std::string("BEGIN; ") + kImport + "COMMIT;");
  connection.run("DETACH raw; DETACH processed; PRAGMA wal_checkpoint(TRUNCATE);");
}

struct SqliteFile::State {
  explicit State(std::string name) : file(std::move(name)), writer(file) {}
  std::string file;
  Writer writer;
};

SqliteFile::SqliteFile(std::string file) {
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);  // counting allocations takes a lock
  state_ = std::make_unique<State>(std::move(file));
}

SqliteFile::~SqliteFile() = default;

std::shared_ptr<Events> SqliteFile::events(io::Loop& loop) {
  auto events = std::make_shared<SqliteEvents>(state_->file, state_->writer);
  loop.post([self = std::weak_ptr(events), &loop] { SqliteEvents::release_old(self, loop); });
  return events;
}

}  // namespace millrace::handwritten
