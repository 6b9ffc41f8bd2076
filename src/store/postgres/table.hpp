// The tables of one collection in PostgreSQL, and every statement on them. They stand in the first schema of the search path.
//
//   "NAME"               position (1, 2, ...), id, version, recorded_at (microseconds), superseded_at (null: the newest), deleted, payload,
//                        author (null: nobody knows; base/author.hpp)
//   "NAME:head"          one row: the last position, its recorded_at, and the layout of the tables. Who writes locks it, so that positions
//                        are in the order of commits.
//   "NAME:paths"         number, path (a JSON array of keys), many (whether a version ever had several values there), filled (versions up
//                        to this position have their entries), ready (all have)
//   "NAME:entries"       path, key, position: where a key (document::append_key) stands in the newest versions
//   "NAME:entries_past"  the same for superseded versions; tombstones have no entries
//   "NAME:keys"          key, fingerprint, id, position: idempotency keys of living documents, and the version that each created
//   "NAME:ledger"        name, value, revision, writer: records that change in place (document/ledger.hpp), and who wrote them last
//
// Payloads are of type json, which keeps their text as it is. Ids and keys stand as stored_text() (statement.hpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "document/document.hpp"
#include "document/index_path.hpp"
#include "store/postgres/statement.hpp"

namespace millrace::store::postgres {

/// The layout that this program makes; tables of a later one are not touched.
inline constexpr std::int64_t kLayout = 1;

/// Immutable after it is made.
struct Table {
  explicit Table(const std::string& collection);

  std::string collection;
  std::string versions, head, paths, entries, entries_past, keys, ledger;  // quoted names
  std::vector<std::string> create;
  // What tables of earlier versions of this program lack.
  std::string create_ledger;
  std::string add_author;

  // Rows of versions: see Column. Lists give those that can be seen, from the newest position down.
  std::string columns;        // of a table or alias v
  std::string read_newest;    // $1 ids
  std::string read_at;        // $1 ids, $2 at
  std::string history;        // $1 id, $2 at, $3 before, $4 limit: and the author
  std::string changes;        // $1 after, $2 limit: and the author
  std::string changes_up_to;  // $3 bytes: and the author
  std::string at_positions;   // $1 positions
  std::string list;           // $1 before, $2 limit
  std::string list_at;        // $3 at
  std::string list_key;       // $3 path, $4 key, $5 at: what is newest, if it was recorded then or before
  std::string list_key_at;    // the same; all that was seen at the instant
  std::string read_head;      // position, recorded_at

  std::string lock_head;     // position, recorded_at
  std::string select_keys;   // key, fingerprint, id, version, position, recorded_at: $1 keys
  std::string select_paths;  // number, path, many, filled, ready
  std::string supersede;     // $1 positions, $2 times
  std::string insert_versions;
  std::string insert_entries, insert_entries_past, delete_entries;  // $1 paths, $2 keys, $3 positions
  std::string delete_keys;                                          // $1 ids
  std::string insert_keys;                                          // $1 keys, $2 fingerprints, $3 ids, $4 positions
  std::string mark_many;                                            // $1 numbers
  std::string move_head;                                            // $1 position, $2 recorded_at
  std::string count_same;  // how many of these versions are there: $1 positions, $2 ids, $3 versions, $4 times
  // Writes first versions under ids that nobody else has, and moves the head; gives the first position and recorded_at, or nothing unless
  // there are $3 paths: $1 how many, $2 the clock, $4 ids, $5 payloads, $6 authors; $7 paths, $8 keys, $9 places (1, 2, ...) of the
  // entries.
  std::string insert_new;
  std::string find_new;  // what insert_new gave: $1 ids

  std::string read_record;    // value, revision: $1 name
  std::string insert_record;  // $1 name, $2 value, $3 writer
  std::string update_record;  // the same, $4 revision
  std::string look_record;    // revision, writer: $1 name
  std::string insist_record;  // fails unless its last writer is this one: $1 name, $2 writer
  std::string record_names;   // $1 prefix, $2 limit

 private:
  void add_create();
  void add_reads();
  void add_lists();
  void add_writes();
  void add_ledger();
};

/// The columns of a row of versions. The last are missing where they are not asked for: all but the author where all that come are seen,
/// kSupersededAt where they are the newest.
enum Column : int { kPosition, kId, kVersion, kRecordedAt, kPayload, kDeleted, kSupersededAt, kAuthor };

/// A name in SQL's double quotes.
std::string quoted_name(std::string_view name);

/// A row of versions, as a Selection takes it.
class Row {
 public:
  Row(const Rows& rows, int row) : rows_(rows), row_(row) {}
  document::Envelope envelope() const;
  Instant superseded_at() const;
  /// Ends with the row.
  std::string_view id() const {
    const std::string_view stored = rows_.text(row_, kId);
    if (is_loaded_as_it_is(stored)) return stored;
    id_ = loaded_text(stored);
    return id_;
  }
  std::string_view payload() const { return rows_.text(row_, kPayload); }
  std::string_view author() const { return rows_.is_null(row_, kAuthor) ? std::string_view() : rows_.text(row_, kAuthor); }

 private:
  const Rows& rows_;
  int row_;
  mutable std::string id_;
};

void add_row(document::Documents& documents, const Row& row);
/// The same with its author. Requires: a row that has it.
void add_authored_row(document::Documents& documents, const Row& row);

/// What begins every transaction of ours: its limits are the server's own, so that it ends them even when we are gone.
Statement transaction_limits(std::chrono::milliseconds timeout);

}  // namespace millrace::store::postgres
