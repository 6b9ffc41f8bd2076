#include "migrate/sqlite_source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "migrate/layout.hpp"
#include "migrate/row_values.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/table.hpp"

namespace millrace::migrate {
namespace {

namespace sqlite = store::sqlite;

enum Column : int { kId, kPayload, kCreatedAt, kDeleted, kTokens, kRowId };

/// "sqlite:///data/farm.db", "sqlite:farm.db?mode=rwc", "file:farm.db" or a plain path.
std::string file_of(std::string_view uri) {
  bool is_uri = false;
  for (const std::string_view scheme : {"sqlite://", "sqlite:", "file://", "file:"}) {
    if (!uri.starts_with(scheme)) continue;
    uri.remove_prefix(scheme.size());
    is_uri = true;
    break;
  }
  return std::string(is_uri ? uri.substr(0, uri.find('?')) : uri);
}

Result<std::vector<std::string>> texts(sqlite::Connection& connection, std::string_view sql, std::string_view parameter) {
  std::vector<std::string> all;
  sqlite::Cursor cursor = connection.use(sql);
  if (!parameter.empty()) cursor.text(1, parameter);
  while (cursor.next()) all.emplace_back(cursor.text(0));
  if (cursor.failed()) return Failure(connection.failure());
  return all;
}

class SqliteSource final : public Source {
 public:
  SqliteSource(SourceOptions options, std::unique_ptr<sqlite::Connection> connection)
      : options_(std::move(options)), connection_(std::move(connection)) {}
  ~SqliteSource() override { cursor_.reset(); }

  Result<> prepare() {
    // Sorting many rows takes more than memory.
    TRY_OK(connection_->run_script("PRAGMA temp_store=FILE;"));
    TRY_OK(connection_->run("BEGIN"));
    TRY(const auto columns, texts(*connection_, "SELECT name FROM pragma_table_info(?1)", options_.name));
    if (columns.empty()) return no_table();
    TRY(layout_, find_layout(options_.name, columns));
    const std::string deleted = layout_.deleted.empty() ? "0" : sqlite::quoted_name(layout_.deleted);
    const std::string tokens = layout_.tokens.empty() ? "NULL" : sqlite::quoted_name(layout_.tokens);
    query_ = fmt::format("SELECT id, payload, {0}, {1}, {2}, rowid FROM {3} ORDER BY {0}, rowid", sqlite::quoted_name(layout_.created_at),
                         deleted, tokens, sqlite::quoted_name(options_.name));
    return {};
  }

  Result<> begin() override {
    cursor_.reset();
    cursor_.emplace(connection_->use(query_));
    if (cursor_->failed()) return Failure(connection_->failure());
    return {};
  }

  Result<bool> next(Row& row) override {
    if (!cursor_->next()) {
      if (cursor_->failed()) return Failure(connection_->failure());
      return false;
    }
    row = {.place = fmt::format("rowid {}", cursor_->integer(kRowId))};
    row.id = text(kId);
    row.payload = text(kPayload);
    if (const auto time = text(kCreatedAt)) row.created_at = parse_created_at(*time);
    row.deleted = parse_deleted(text(kDeleted).value_or(""));
    row.tokens = parse_tokens(text(kTokens).value_or(""));
    return true;
  }

  std::string description() const override { return fmt::format("the SQLite table {} ({})", options_.name, column_list(layout_)); }

 private:
  std::optional<std::string> text(int column) const {
    if (cursor_->is_null(column)) return std::nullopt;
    return std::string(cursor_->text(column));
  }

  Result<> no_table() {
    TRY(const auto tables, texts(*connection_, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", ""));
    return Failure(
        Error{ErrorKind::not_found, "migrate.source", fmt::format("The SQLite file has no table \"{}\".", options_.name),
              tables.empty() ? "It has none at all." : fmt::format("It has {}: name one with --table.", fmt::join(tables, ", "))});
  }

  const SourceOptions options_;
  const std::unique_ptr<sqlite::Connection> connection_;
  Layout layout_;
  std::string query_;
  std::optional<sqlite::Cursor> cursor_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_sqlite(const SourceOptions& options) {
  const std::string file = file_of(options.uri);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored))
    return Failure(Error{ErrorKind::not_found, "migrate.source", fmt::format("There is no SQLite file \"{}\".", file)});
  TRY(auto connection, sqlite::Connection::open({.file = file, .mode = sqlite::Connection::Mode::read, .log = options.log}));
  auto source = std::make_unique<SqliteSource>(options, std::move(connection));
  TRY_OK(source->prepare());
  return source;
}

}  // namespace millrace::migrate
