// One connection to an SQLite file, and the statements it keeps prepared. For one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/own_text_map.hpp"
#include "base/result.hpp"
#include "store/sqlite/held_state.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace millrace::store::sqlite {

/// Where SQLite's own words go; clients never see them.
using Log = std::function<void(std::string_view)>;

/// A prepared statement in use. Give values, step through rows; it is reset when the cursor ends. Texts and blobs that were bound must
/// live until then; columns are views until the next step.
class Cursor {
 public:
  explicit Cursor(sqlite3_stmt* statement) : statement_(statement) {}
  ~Cursor();
  Cursor(Cursor&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)), failed_(other.failed_) {}
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // Parameters count from 1.
  Cursor& integer(int parameter, std::int64_t value);
  Cursor& real(int parameter, double value);
  Cursor& text(int parameter, std::string_view value);
  Cursor& blob(int parameter, std::string_view value);
  Cursor& null(int parameter);

  /// Steps to the next row; false at the end and after a failure.
  bool next();
  /// Goes back to before the first row, for other values. Those that are given no other stay.
  void again();
  bool failed() const { return failed_ || statement_ == nullptr; }

  // Columns count from 0.
  std::int64_t integer(int column) const;
  std::string_view text(int column) const;
  bool is_null(int column) const;

 private:
  sqlite3_stmt* statement_;
  bool failed_ = false;
};

class Connection {
 public:
  enum class Mode : std::uint8_t { write, read };
  struct Options {
    std::filesystem::path file;
    Mode mode = Mode::read;
    std::int64_t file_bytes_max = 0;  // 0: as SQLite has it
    const Log* log = nullptr;         // outlives the connection
  };
  static Result<std::unique_ptr<Connection>> open(const Options& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// A cursor over the statement, which is prepared once. Not for a statement whose cursor is still in use. When the statement cannot be
  /// prepared the cursor has failed.
  Cursor use(std::string_view sql);
  /// Runs a statement to its end.
  Result<> run(std::string_view sql);
  /// Ends a transaction that failed, if SQLite has not done so itself.
  void roll_back();
  /// Runs several statements, separated by semicolons, which are not kept.
  Result<> run_script(const std::string& sql);
  /// How many parameters the statement has.
  Result<int> parameter_count(std::string_view sql);

  /// What the last failure means to a client. Logs what SQLite said.
  Error failure();
  /// SQLite's words for the last failure, for whoever writes the config.
  std::string message() const;

  /// Of a connection that reads.
  HeldState& held_state() { return held_state_; }

 private:
  Connection(sqlite3* handle, const Log* log) : handle_(handle), log_(log), held_state_(*this, handle) {}
  sqlite3_stmt* prepared(std::string_view sql);
  Result<> set_up(const Options& options);

  sqlite3* handle_;
  const Log* log_;
  OwnTextMap<sqlite3_stmt*> statements_;
  HeldState held_state_;
};

/// A read that sees one state of the file from begin to end: that which is held, or one of its own. Requires: no cursor of the connection
/// outlives it.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection) : connection_(connection), is_own_(!connection.held_state().is_held()) {
    if (is_own_) begun_ = connection.run("BEGIN");
  }
  ~Snapshot() {
    if (is_own_ && begun_) (void)connection_.run("COMMIT");
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  const Result<>& begun() const { return begun_; }

 private:
  Connection& connection_;
  const bool is_own_;
  Result<> begun_;
};

}  // namespace millrace::store::sqlite
