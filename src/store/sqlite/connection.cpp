#include "store/sqlite/connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <mutex>

#include "store/sqlite/failure.hpp"

namespace millrace::store::sqlite {
namespace {

constexpr int kBusyTimeoutMilliseconds = 5000;

/// SQLite counts every allocation behind one lock unless told not to before its first use.
void configure_once() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

}  // namespace

Cursor::~Cursor() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

Cursor& Cursor::integer(int parameter, std::int64_t value) {
  if (statement_ != nullptr) failed_ |= sqlite3_bind_int64(statement_, parameter, value) != SQLITE_OK;
  return *this;
}

Cursor& Cursor::real(int parameter, double value) {
  if (statement_ != nullptr) failed_ |= sqlite3_bind_double(statement_, parameter, value) != SQLITE_OK;
  return *this;
}

Cursor& Cursor::text(int parameter, std::string_view value) {
  // A null pointer would bind NULL.
  const char* data = value.empty() ? "" : value.data();
  if (statement_ != nullptr) {
    failed_ |= sqlite3_bind_text64(statement_, parameter, data, value.size(), SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK;
  }
  return *this;
}

Cursor& Cursor::blob(int parameter, std::string_view value) {
  const char* data = value.empty() ? "" : value.data();
  if (statement_ != nullptr) failed_ |= sqlite3_bind_blob64(statement_, parameter, data, value.size(), SQLITE_STATIC) != SQLITE_OK;
  return *this;
}

Cursor& Cursor::null(int parameter) {
  if (statement_ != nullptr) failed_ |= sqlite3_bind_null(statement_, parameter) != SQLITE_OK;
  return *this;
}

bool Cursor::next() {
  if (failed()) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  failed_ = code != SQLITE_DONE;
  return false;
}

void Cursor::again() {
  if (statement_ != nullptr) sqlite3_reset(statement_);  // repeats what failed() says already
}

std::int64_t Cursor::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Cursor::text(int column) const {
  const auto* characters = static_cast<const char*>(static_cast<const void*>(sqlite3_column_text(statement_, column)));
  return {characters, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Cursor::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Result<std::unique_ptr<Connection>> Connection::open(const Options& options) {
  configure_once();
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (options.mode == Mode::write ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(options.file.c_str(), &handle, flags, nullptr);
  if (handle == nullptr) return Failure(Error{ErrorKind::internal, "store.internal", "There is no memory to open the storage."});
  std::unique_ptr<Connection> connection(new Connection(handle, options.log));
  if (code != SQLITE_OK) return Failure(connection->failure());
  TRY_OK(connection->set_up(options));
  return connection;
}

Result<> Connection::set_up(const Options& options) {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, kBusyTimeoutMilliseconds);
  const bool writes = options.mode == Mode::write;
  // FULL: what was acknowledged survives a loss of power. A reader's cache is small: there is one for each thread and file.
  TRY_OK(run_script(writes ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=4000;"
                           : "PRAGMA query_only=1; PRAGMA cache_size=-4096;"));
  if (options.file_bytes_max > 0) TRY_OK(run_script(fmt::format("PRAGMA max_page_count={};", options.file_bytes_max / 4096)));
  // What is mapped counts as the process's memory, for each connection again: a little of each file is. The one that writes has its cache.
  return run_script(writes ? "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;" : "PRAGMA mmap_size=8388608; PRAGMA temp_store=MEMORY;");
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

sqlite3_stmt* Connection::prepared(std::string_view sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return known->second;
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (statement != nullptr) statements_.emplace(sql, statement);
  return statement;
}

Cursor Connection::use(std::string_view sql) {
  return Cursor(prepared(sql));
}

Result<> Connection::run(std::string_view sql) {
  Cursor cursor = use(sql);
  while (cursor.next()) {
    // The rows of a statement that is run for its effect tell nothing.
  }
  if (cursor.failed()) return Failure(failure());
  return {};
}

void Connection::roll_back() {
  if (sqlite3_get_autocommit(handle_) == 0) (void)run("ROLLBACK");
}

Result<> Connection::run_script(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return Failure(failure());
  return {};
}

Result<int> Connection::parameter_count(std::string_view sql) {
  sqlite3_stmt* statement = prepared(sql);
  if (statement == nullptr) return Failure(failure());
  return sqlite3_bind_parameter_count(statement);
}

Error Connection::failure() {
  const int code = sqlite3_extended_errcode(handle_);
  if (log_ != nullptr && *log_) (*log_)(fmt::format("sqlite: {} ({})", sqlite3_errmsg(handle_), code));
  return failure_of(code);
}

std::string Connection::message() const {
  return sqlite3_errmsg(handle_);
}

}  // namespace millrace::store::sqlite
