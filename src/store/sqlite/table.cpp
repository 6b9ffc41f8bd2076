#include "store/sqlite/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "store/sqlite/entries.hpp"

namespace millrace::store::sqlite {
namespace {

using document::FieldPath;
using document::IndexedPath;

constexpr std::string_view kColumns = "position, id, version, recorded_at, superseded_at, deleted, payload";
constexpr std::string_view kAuthored = ", author";

/// (?1),(?2),...
std::string parameter_rows(std::size_t count) {
  std::string rows;
  for (std::size_t i = 1; i <= count; ++i) rows += fmt::format("{}(?{})", i > 1 ? "," : "", i);
  return rows;
}

std::string create_entries(const std::string& name) {
  return fmt::format(
      "CREATE TABLE IF NOT EXISTS {}(path INTEGER NOT NULL, key BLOB NOT NULL, position INTEGER NOT NULL,"
      " PRIMARY KEY(path, key, position)) WITHOUT ROWID, STRICT;",
      name);
}

/// Gives the path its number and every version its entries.
Result<> add_index(Connection& connection, const Table& table, const FieldPath& path, std::int64_t number) {
  const std::string text = document::path_text(path);
  {
    Cursor insert = connection.use(table.insert_path);
    insert.integer(1, number).text(2, text).next();
    if (insert.failed()) return Failure(connection.failure());
  }
  const std::vector<IndexedPath> paths = {{.number = number, .path = path}};
  Cursor versions = connection.use(table.changes);
  versions.integer(1, 0).integer(2, -1);
  while (versions.next()) {
    const bool past = !versions.is_null(kSupersededAt);
    const auto position = static_cast<document::Position>(versions.integer(kPosition));
    TRY_OK(add_entries(connection, table, paths, versions.text(kPayload), position, past));
  }
  if (versions.failed()) return Failure(connection.failure());
  return {};
}

/// The column that tables of earlier versions of this program lack. What is somebody else's is left alone.
Result<> add_author(Connection& connection, const Table& table) {
  TRY_OK(connection.parameter_count(table.check));
  Cursor column = connection.use(table.find_author);
  const bool is_there = column.text(1, table.collection).next();
  if (column.failed()) return Failure(connection.failure());
  return is_there ? Result<>() : connection.run_script(table.add_author);
}

Result<> create_all(Connection& connection, const Table& table, const std::vector<FieldPath>& wanted) {
  TRY_OK(connection.run_script(table.create));
  TRY_OK(add_author(connection, table));
  TRY(const std::vector<IndexedPath> known, read_paths(connection, table));
  std::int64_t number = known.empty() ? 0 : known.back().number;
  std::vector<FieldPath> added;
  for (const FieldPath& path : wanted) {
    const bool is_known = std::ranges::find(known, path, &IndexedPath::path) != known.end();
    if (is_known || !document::can_index(path) || std::ranges::find(added, path) != added.end()) continue;
    TRY_OK(add_index(connection, table, path, ++number));
    added.push_back(path);
  }
  return {};
}

}  // namespace

std::string quoted_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

document::Envelope Row::envelope() const {
  return {.version = static_cast<std::uint64_t>(cursor_.integer(kVersion)),
          .position = static_cast<document::Position>(cursor_.integer(kPosition)),
          .recorded_at = {cursor_.integer(kRecordedAt)},
          .deleted = cursor_.integer(kDeleted) != 0};
}

Instant Row::superseded_at() const {
  return cursor_.is_null(kSupersededAt) ? kNewest : Instant{cursor_.integer(kSupersededAt)};
}

void add_row(document::Documents& documents, const Cursor& row) {
  const Row version(row);
  documents.add(version.id(), version.payload(), version.envelope());
}

void add_authored_row(document::Documents& documents, const Cursor& row) {
  add_row(documents, row);
  if (!row.is_null(kAuthor)) documents.set_author(row.text(kAuthor));
}

Table::Table(const std::string& collection) : collection(collection) {
  const std::string versions = quoted_name(collection);
  const std::string by_id = quoted_name(collection + ":by_id");
  const std::string path_table = quoted_name(collection + ":paths");
  const std::string entries = quoted_name(collection + ":entries");
  const std::string entries_past = quoted_name(collection + ":entries_past");
  const std::string select = fmt::format("SELECT {} FROM {}", kColumns, versions);
  const std::string select_authored = fmt::format("SELECT {}{} FROM {}", kColumns, kAuthored, versions);

  create = fmt::format(
      "CREATE TABLE IF NOT EXISTS {0}(position INTEGER PRIMARY KEY, id TEXT NOT NULL, version INTEGER NOT NULL,"
      " recorded_at INTEGER NOT NULL, superseded_at INTEGER, deleted INTEGER NOT NULL, payload TEXT NOT NULL, author TEXT) STRICT;"
      "CREATE UNIQUE INDEX IF NOT EXISTS {1} ON {0}(id, version);"
      "CREATE TABLE IF NOT EXISTS {2}(number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, many INTEGER NOT NULL DEFAULT 0) STRICT;",
      versions, by_id, path_table);
  create += create_entries(entries) + create_entries(entries_past);
  check = select + " LIMIT 1";
  find_author = "SELECT 1 FROM pragma_table_info(?1) WHERE name = 'author'";
  add_author = fmt::format("ALTER TABLE {} ADD COLUMN author TEXT", versions);

  read_newest = select + " WHERE id = ?1 ORDER BY version DESC LIMIT 1";
  read_at = select + " WHERE id = ?1 AND recorded_at <= ?2 ORDER BY version DESC LIMIT 1";
  history = select_authored + " WHERE id = ?1 AND recorded_at <= ?2 AND position < ?3 ORDER BY version DESC LIMIT ?4";
  changes = select_authored + " WHERE position > ?1 ORDER BY position LIMIT ?2";
  version_at_position = select + " WHERE position = ?1";
  // CROSS JOIN keeps the order of the places.
  versions_at_places = fmt::format("WITH places(place) AS (VALUES {}) SELECT {} FROM places CROSS JOIN {} ON position = place",
                                   parameter_rows(kPlacesAtOnce), kColumns, versions);
  scan_newest = select + " WHERE position < ?1 AND superseded_at IS NULL AND deleted = 0 ORDER BY position DESC";
  scan_at = select +
            " WHERE position < ?1 AND recorded_at <= ?2 AND (superseded_at IS NULL OR superseded_at > ?2) AND deleted = 0"
            " ORDER BY position DESC";
  last = fmt::format("SELECT position, recorded_at FROM {} ORDER BY position DESC LIMIT 1", versions);
  select_versions = select;

  insert_version = fmt::format("INSERT INTO {}({}{}) VALUES(?1, ?2, ?3, ?4, NULL, ?5, ?6, ?7)", versions, kColumns, kAuthored);
  supersede = fmt::format("UPDATE {} SET superseded_at = ?2 WHERE position = ?1", versions);

  add_keys(versions);
  add_ledger();

  paths = fmt::format("SELECT number, path FROM {} ORDER BY number", path_table);
  paths_last = fmt::format("SELECT max(number) FROM {}", path_table);
  insert_path = fmt::format("INSERT INTO {}(number, path) VALUES(?1, ?2)", path_table);
  mark_many = fmt::format("UPDATE {} SET many = 1 WHERE number = ?1 AND many = 0", path_table);
  is_many = fmt::format("SELECT many FROM {} WHERE number = ?1", path_table);

  add_entries(entries, entries_past);
}

void Table::add_entries(const std::string& entries, const std::string& entries_past) {
  insert_entry = fmt::format("INSERT INTO {}(path, key, position) VALUES(?1, ?2, ?3)", entries);
  insert_entry_past = fmt::format("INSERT INTO {}(path, key, position) VALUES(?1, ?2, ?3)", entries_past);
  delete_entry = fmt::format("DELETE FROM {} WHERE path = ?1 AND key = ?2 AND position = ?3", entries);
  const std::string_view equal = "SELECT position FROM {} WHERE path = ?1 AND key = ?2 AND position < ?3";
  equal_newest = fmt::format(fmt::runtime(equal), entries) + " ORDER BY position DESC";
  equal_at =
      fmt::format(fmt::runtime(equal), entries) + " UNION ALL " + fmt::format(fmt::runtime(equal), entries_past) + " ORDER BY 1 DESC";
  count_equal = fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} WHERE path = ?1 AND key = ?2 LIMIT ?3)", entries);
  const std::string_view range = "SELECT position FROM {} WHERE path = ?1 AND key >= ?2 AND key < ?3 AND position < ?4";
  range_newest = fmt::format(fmt::runtime(range), entries);
  range_at = range_newest + " UNION ALL " + fmt::format(fmt::runtime(range), entries_past);
}

void Table::add_keys(const std::string& versions) {
  const std::string keys = quoted_name(collection + ":keys");
  const std::string keys_by_id = quoted_name(collection + ":keys_by_id");
  create += fmt::format(
      "CREATE TABLE IF NOT EXISTS {0}(key TEXT NOT NULL PRIMARY KEY, fingerprint BLOB NOT NULL, id TEXT NOT NULL,"
      " position INTEGER NOT NULL) WITHOUT ROWID, STRICT;"
      "CREATE INDEX IF NOT EXISTS {1} ON {0}(id);",
      keys, keys_by_id);
  first_use = fmt::format(
      "SELECT k.fingerprint, k.id, v.version, k.position, v.recorded_at FROM {} AS k JOIN {} AS v USING(position) WHERE k.key = ?1", keys,
      versions);
  insert_key = fmt::format("INSERT INTO {}(key, fingerprint, id, position) VALUES(?1, ?2, ?3, ?4)", keys);
  delete_keys = fmt::format("DELETE FROM {} WHERE id = ?1", keys);
}

void Table::add_ledger() {
  const std::string ledger = quoted_name(collection + ":ledger");
  create += fmt::format(
      "CREATE TABLE IF NOT EXISTS {}(name BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL) STRICT;", ledger);
  read_record = fmt::format("SELECT value, revision FROM {} WHERE name = ?1", ledger);
  insert_record = fmt::format("INSERT INTO {}(name, value, revision) VALUES(?1, ?2, 1) ON CONFLICT DO NOTHING RETURNING revision", ledger);
  update_record =
      fmt::format("UPDATE {} SET value = ?2, revision = revision + 1 WHERE name = ?1 AND revision = ?3 RETURNING revision", ledger);
  record_names = fmt::format(
      "SELECT name FROM {} WHERE name >= ?1 AND substr(name, 1, length(?1)) = ?1 AND length(value) > 0 ORDER BY name LIMIT ?2", ledger);
}

Result<std::vector<IndexedPath>> read_paths(Connection& connection, const Table& table) {
  std::vector<IndexedPath> paths;
  Cursor cursor = connection.use(table.paths);
  while (cursor.next()) paths.push_back({.number = cursor.integer(0), .path = document::path_of(cursor.text(1))});
  if (cursor.failed()) return Failure(connection.failure());
  return paths;
}

Result<> create_table(Connection& connection, const Table& table, const std::vector<FieldPath>& paths) {
  TRY_OK(connection.run("BEGIN IMMEDIATE"));
  const Result<> created = create_all(connection, table, paths);
  if (!created) {
    connection.roll_back();
    return created;
  }
  return connection.run("COMMIT");
}

}  // namespace millrace::store::sqlite
