#include "store/sqlite/database.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <map>

#include "base/uri.hpp"

namespace millrace::store::sqlite {
namespace {

/// The format of our tables; a file of a later one is not touched.
constexpr std::int64_t kFormat = 1;

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

Error cannot_open(std::string message, std::string hint) {
  return {ErrorKind::unavailable, "store.open", std::move(message), std::move(hint)};
}

/// Who took the URI of a server for a file has written its password into it.
std::string shown(const std::filesystem::path& path) {
  const std::string text = path.string();
  return text.contains("://") ? without_credentials(text) : text;
}

Result<> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && ::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  const std::string_view problem = error ? "made" : "written";
  return Failure(cannot_open(fmt::format("The folder \"{}\" of the SQLite file cannot be {}.", shown(folder), problem),
                             "Let the user that runs this program write there, or name a file in another folder"));
}

/// The error of a file that could not be opened, with its name: it is for whoever starts the program.
Error with_file(Error error, const std::filesystem::path& file) {
  error.message = fmt::format("The SQLite file \"{}\" cannot be used: {}", shown(file), error.message);
  return error;
}

Result<std::int64_t> format_of(Connection& connection) {
  Cursor version = connection.use("PRAGMA user_version");
  const std::int64_t format = version.next() ? version.integer(0) : 0;
  if (version.failed()) return Failure(connection.failure());
  return format;
}

Result<> check_format(Connection& connection) {
  TRY(const std::int64_t format, format_of(connection));
  if (format == kFormat) return {};
  if (format == 0) return connection.run_script(fmt::format("PRAGMA user_version={}", kFormat));
  return Failure(cannot_open("It was written by a later version of this program.", "Run that version, or name another file"));
}

}  // namespace

Database::Database(const Options& options) : options_(options), serial_(next_serial()) {}

Result<std::shared_ptr<Database>> Database::open(const Options& options) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<Database>> opened;
  TRY_OK(make_folder(options.file.has_parent_path() ? options.file.parent_path() : "."));
  std::error_code ignored;
  const std::string name = std::filesystem::weakly_canonical(options.file, ignored).string();
  const std::lock_guard lock(mutex);
  std::weak_ptr<Database>& entry = opened[name];
  if (auto database = entry.lock()) return database;
  std::shared_ptr<Database> database(new Database(options));
  if (const Result<> started = database->start(); !started) return Failure(with_file(started.error(), options.file));
  entry = database;
  return database;
}

Result<> Database::start() {
  TRY(std::unique_ptr<Connection> connection, open_for_writing());
  TRY_OK(check_format(*connection));
  writer_ = std::make_unique<Writer>(std::move(connection), options_.limits);
  return {};
}

Result<std::unique_ptr<Connection>> Database::open_for_writing() const {
  return Connection::open(
      {.file = options_.file, .mode = Connection::Mode::write, .file_bytes_max = options_.file_bytes_max, .log = &options_.log});
}

Result<Connection*> Database::reader() {
  // A thread keeps the connections that it opened, by the serial of their database. There are few.
  static thread_local std::vector<std::pair<std::uint64_t, Connection*>> known;
  for (const auto& [serial, connection] : known) {
    if (serial != serial_) continue;
    connection->held_state().refresh(weak_from_this());
    return connection;
  }
  TRY(std::unique_ptr<Connection> connection,
      Connection::open({.file = options_.file, .mode = Connection::Mode::read, .log = &options_.log}));
  known.emplace_back(serial_, connection.get());
  const std::lock_guard lock(mutex_);
  return readers_.emplace_back(std::move(connection)).get();
}

}  // namespace millrace::store::sqlite
