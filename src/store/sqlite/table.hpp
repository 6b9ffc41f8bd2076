// The tables of one collection in an SQLite file, and every statement on them.
//
//   "NAME"               position (1, 2, ...), id, version, recorded_at, superseded_at (null: the newest), deleted, payload,
//                        author (null: nobody knows; base/author.hpp)
//   "NAME:paths"         number, path (a JSON array of keys), many (whether a version ever had several values there)
//   "NAME:entries"       path, key, position: where a key (document::append_key) stands in the newest versions
//   "NAME:entries_past"  the same for superseded versions; tombstones have no entries
//   "NAME:ledger"        name, value, revision: the records of the ledger
//   "NAME:keys"          key, fingerprint, id, position: idempotency keys of living documents, and the version that each created
//
// The index entries are our own, since SQLite's JSON functions change values (long numbers, \u0000) and see no elements of arrays. A path
// that was indexed once stays indexed, so that every writer, of any process, keeps every path complete.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "document/document.hpp"
#include "document/index_path.hpp"
#include "store/sqlite/connection.hpp"

namespace millrace::store::sqlite {

inline constexpr std::size_t kPlacesAtOnce = 32;

/// Immutable after it is made.
struct Table {
  explicit Table(const std::string& collection);

  std::string collection;
  std::string create;       // a script: makes what is not there yet
  std::string check;        // prepares only on a table with our columns, of any version of this program
  std::string find_author;  // whether it has that column, which earlier versions did not make: ?1 collection
  std::string add_author;

  // Rows of versions: position, id, version, recorded_at, superseded_at, deleted, payload.
  std::string read_newest, read_at;  // ?1 id, ?2 at
  std::string history;               // ?1 id, ?2 at, ?3 before, ?4 limit: and the author
  std::string changes;               // ?1 after, ?2 limit: and the author
  std::string version_at_position;   // ?1
  std::string versions_at_places;    // as many as kPlacesAtOnce; in their order, without those where none is
  std::string scan_newest, scan_at;  // ?1 before, ?2 at
  std::string last;                  // position, recorded_at of the newest position
  std::string select_versions;       // SELECT ... FROM, for conditions in SQL

  std::string insert_version;  // ?1 position, ?2 id, ?3 version, ?4 recorded_at, ?5 deleted, ?6 payload, ?7 author
  std::string supersede;       // ?1 position, ?2 superseded_at

  std::string first_use;    // fingerprint, id, version, position, recorded_at: ?1 key
  std::string insert_key;   // ?1 key, ?2 fingerprint, ?3 id, ?4 position
  std::string delete_keys;  // ?1 id

  std::string read_record;    // value, revision: ?1 name
  std::string insert_record;  // revision: ?1 name, ?2 value
  std::string update_record;  // revision: ?1 name, ?2 value, ?3 revision
  std::string record_names;   // ?1 prefix, ?2 limit

  std::string paths, paths_last, insert_path, mark_many, is_many;
  std::string insert_entry, insert_entry_past, delete_entry;  // ?1 path, ?2 key, ?3 position
  std::string equal_newest, equal_at;                         // positions, newest first: ?1 path, ?2 key, ?3 before
  std::string count_equal;                                    // how many entries: ?1 path, ?2 key, ?3 at most
  std::string range_newest, range_at;                         // positions: ?1 path, ?2 first key, ?3 end key, ?4 before

 private:
  void add_entries(const std::string& entries, const std::string& entries_past);
  void add_keys(const std::string& versions);
  void add_ledger();
};

/// The columns of a row of versions.
enum Column : int { kPosition, kId, kVersion, kRecordedAt, kSupersededAt, kDeleted, kPayload, kAuthor };

/// The row of versions at which a cursor stands, as a Selection takes it.
class Row {
 public:
  explicit Row(const Cursor& cursor) : cursor_(cursor) {}
  document::Envelope envelope() const;
  Instant superseded_at() const;
  std::string_view id() const { return cursor_.text(kId); }
  std::string_view payload() const { return cursor_.text(kPayload); }

 private:
  const Cursor& cursor_;
};

/// Adds the version that the row is. Requires: a row of versions.
void add_row(document::Documents& documents, const Cursor& row);
/// The same with its author. Requires: a row that has it.
void add_authored_row(document::Documents& documents, const Cursor& row);

/// A name in SQL's double quotes.
std::string quoted_name(std::string_view name);

/// The indexed paths of the collection.
Result<std::vector<document::IndexedPath>> read_paths(Connection& connection, const Table& table);

/// Makes the tables, and an index for each path with the entries of all versions there are; in one transaction.
Result<> create_table(Connection& connection, const Table& table, const std::vector<document::FieldPath>& paths);

}  // namespace millrace::store::sqlite
