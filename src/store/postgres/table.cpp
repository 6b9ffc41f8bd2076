#include "store/postgres/table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::store::postgres {
namespace {

constexpr std::string_view kSeenColumns = "v.position, v.id, v.version, v.recorded_at, v.payload";

std::string create_entries(const std::string& name) {
  return fmt::format(
      "CREATE TABLE {}(path bigint NOT NULL, key bytea NOT NULL, position bigint NOT NULL, PRIMARY KEY(path, key, position))", name);
}

std::string insert_entries_into(const std::string& name) {
  return fmt::format(
      "INSERT INTO {}(path, key, position) SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[]) ON CONFLICT DO NOTHING", name);
}

}  // namespace

std::string quoted_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

Table::Table(const std::string& collection)
    : collection(collection),
      versions(quoted_name(collection)),
      head(quoted_name(collection + ":head")),
      paths(quoted_name(collection + ":paths")),
      entries(quoted_name(collection + ":entries")),
      entries_past(quoted_name(collection + ":entries_past")),
      keys(quoted_name(collection + ":keys")),
      ledger(quoted_name(collection + ":ledger")),
      columns(std::string(kSeenColumns) + ", v.deleted, v.superseded_at") {
  add_create();
  add_reads();
  add_lists();
  add_writes();
  add_ledger();
}

void Table::add_create() {
  create = {fmt::format("CREATE TABLE {}(position bigint PRIMARY KEY, id text COLLATE \"C\" NOT NULL, version bigint NOT NULL,"
                        " recorded_at bigint NOT NULL, superseded_at bigint, deleted boolean NOT NULL, payload json NOT NULL, author text)",
                        versions),
            fmt::format("CREATE UNIQUE INDEX {} ON {}(id, version)", quoted_name(collection + ":by_id"), versions),
            fmt::format("CREATE UNIQUE INDEX {} ON {}(id) WHERE superseded_at IS NULL", quoted_name(collection + ":newest"), versions),
            fmt::format("CREATE TABLE {}(layout integer NOT NULL, position bigint NOT NULL, recorded_at bigint NOT NULL)", head),
            fmt::format("INSERT INTO {} VALUES({}, 0, 0)", head, kLayout),
            fmt::format("CREATE TABLE {}(number bigint PRIMARY KEY, path text NOT NULL UNIQUE, many boolean NOT NULL DEFAULT false,"
                        " filled bigint NOT NULL DEFAULT 0, ready boolean NOT NULL)",
                        paths),
            create_entries(entries),
            create_entries(entries_past),
            fmt::format("CREATE TABLE {}(key text COLLATE \"C\" PRIMARY KEY, fingerprint bytea NOT NULL, id text COLLATE \"C\" NOT NULL,"
                        " position bigint NOT NULL)",
                        keys),
            fmt::format("CREATE INDEX {} ON {}(id)", quoted_name(collection + ":keys_by_id"), keys)};
}

void Table::add_reads() {
  const std::string select = fmt::format("SELECT {} FROM {} AS v", columns, versions);
  const std::string select_authored = fmt::format("SELECT {}, v.author FROM {} AS v", columns, versions);
  read_newest = fmt::format("SELECT {}, v.deleted FROM {} AS v WHERE v.id = ANY($1) AND v.superseded_at IS NULL", kSeenColumns, versions);
  read_at = fmt::format(
      "SELECT {} FROM unnest($1::text[]) AS wanted(id) CROSS JOIN LATERAL (SELECT * FROM {} AS w WHERE w.id = wanted.id COLLATE \"C\""
      " AND w.recorded_at <= $2 ORDER BY w.version DESC LIMIT 1) AS v",
      columns, versions);
  history = select_authored + " WHERE v.id = $1 AND v.recorded_at <= $2 AND v.position < $3 ORDER BY v.version DESC LIMIT $4";
  changes = select_authored + " WHERE v.position > $1 ORDER BY v.position LIMIT $2";
  // No more is sent than there is room for, by its size as it is stored, which is not more than what it is.
  changes_up_to = fmt::format(
      "SELECT {}, v.author FROM (SELECT *, sum(pg_column_size(w.payload)) OVER (ORDER BY w.position) - pg_column_size(w.payload) AS "
      "bytes_before"
      " FROM (SELECT * FROM {} WHERE position > $1 ORDER BY position LIMIT $2) AS w) AS v WHERE v.bytes_before < $3 ORDER BY v.position",
      columns, versions);
  at_positions = select + " WHERE v.position = ANY($1)";
  read_head = fmt::format("SELECT position, recorded_at FROM {}", head);
}

void Table::add_lists() {
  constexpr std::string_view kSeen = "v.superseded_at IS NULL AND NOT v.deleted";
  const auto seen_at = [](std::string_view at) {
    return fmt::format("v.recorded_at <= {0} AND (v.superseded_at IS NULL OR v.superseded_at > {0}) AND NOT v.deleted", at);
  };
  const auto all = [&](std::string_view seen) {
    return fmt::format("SELECT {} FROM {} AS v WHERE v.position < $1 AND {} ORDER BY v.position DESC LIMIT $2", kSeenColumns, versions,
                       seen);
  };
  list = all(kSeen);
  list_at = all(seen_at("$3"));
  const auto of_key = [&](std::string_view among, std::string_view seen) {
    return fmt::format(
        "SELECT {} FROM {} AS e JOIN {} AS v ON v.position = e.position WHERE e.path = $3 AND e.key = $4 AND e.position < $1 AND"
        " v.position < $1 AND {} ORDER BY e.position DESC LIMIT $2",
        kSeenColumns, among, versions, seen);
  };
  list_key = of_key(entries, "v.recorded_at <= $5 AND v.superseded_at IS NULL AND NOT v.deleted");
  // Where nothing was recorded after the instant, nothing that it sees has been superseded.
  const std::string later = fmt::format("(SELECT recorded_at FROM {}) > $5 AND ", head);
  list_key_at = fmt::format("({}) UNION ALL ({}) ORDER BY position DESC LIMIT $2", of_key(entries, seen_at("$5")),
                            of_key(entries_past, later + seen_at("$5")));
}

void Table::add_writes() {
  lock_head = read_head + " FOR UPDATE";
  select_keys = fmt::format(
      "SELECT k.key, k.fingerprint, k.id, v.version, k.position, v.recorded_at FROM {} AS k JOIN {} AS v USING(position)"
      " WHERE k.key = ANY($1)",
      keys, versions);
  select_paths = fmt::format("SELECT number, path, many, filled, ready FROM {} ORDER BY number", paths);
  supersede = fmt::format(
      "UPDATE {} AS v SET superseded_at = u.superseded_at FROM unnest($1::bigint[], $2::bigint[]) AS u(position, superseded_at)"
      " WHERE v.position = u.position",
      versions);
  insert_versions = fmt::format(
      "INSERT INTO {}(position, id, version, recorded_at, superseded_at, deleted, payload, author) SELECT u.position, u.id, u.version, "
      "u.recorded_at,"
      " nullif(u.superseded_at, -1), u.deleted, u.payload, nullif(u.author, '') FROM unnest($1::bigint[], $2::text[], $3::bigint[], "
      "$4::bigint[], $5::bigint[],"
      " $6::boolean[], $7::json[], $8::text[]) AS u(position, id, version, recorded_at, superseded_at, deleted, payload, author)",
      versions);
  insert_entries = insert_entries_into(entries);
  insert_entries_past = insert_entries_into(entries_past);
  delete_entries = fmt::format(
      "DELETE FROM {} AS e USING unnest($1::bigint[], $2::bytea[], $3::bigint[]) AS u(path, key, position)"
      " WHERE e.path = u.path AND e.key = u.key AND e.position = u.position",
      entries);
  delete_keys = fmt::format("DELETE FROM {} WHERE id = ANY($1)", keys);
  insert_keys = fmt::format(
      "INSERT INTO {}(key, fingerprint, id, position) SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::bigint[])", keys);
  mark_many = fmt::format("UPDATE {} SET many = true WHERE number = ANY($1) AND NOT many", paths);
  move_head = fmt::format("UPDATE {} SET position = $1, recorded_at = $2", head);
  count_same = fmt::format(
      "SELECT count(*) FROM {} AS v JOIN unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[]) AS u(position, id, version, "
      "recorded_at)"
      " ON v.position = u.position AND v.id = u.id AND v.version = u.version AND v.recorded_at = u.recorded_at",
      versions);
  // The time is that of document::commit_time(). Nobody else can have entries of versions that are new.
  insert_new = fmt::format(
      "WITH moved AS (UPDATE {0} SET position = position + $1, recorded_at = greatest($2, recorded_at + 1)"
      " WHERE (SELECT count(*) FROM {1}) = $3 RETURNING position - $1 AS before, recorded_at),"
      " entered AS (INSERT INTO {2}(path, key, position) SELECT u.path, u.key, moved.before + u.place"
      " FROM moved, unnest($7::bigint[], $8::bytea[], $9::bigint[]) AS u(path, key, place)),"
      " written AS (INSERT INTO {3}(position, id, version, recorded_at, deleted, payload, author)"
      " SELECT moved.before + u.place, u.id, 1, moved.recorded_at, false, u.payload, nullif(u.author, '')"
      " FROM moved, unnest($4::text[], $5::json[], $6::text[]) WITH ORDINALITY AS u(id, payload, author, place))"
      " SELECT before + 1, recorded_at FROM moved",
      head, paths, entries, versions);
  find_new = fmt::format("SELECT min(position), min(recorded_at) FROM {} WHERE id = ANY($1) AND version = 1 HAVING count(*) > 0", versions);
}

void Table::add_ledger() {
  create_ledger =
      fmt::format("CREATE TABLE {}(name bytea PRIMARY KEY, value bytea NOT NULL, revision bigint NOT NULL, writer text NOT NULL)", ledger);
  add_author = fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS author text", versions);
  read_record = fmt::format("SELECT value, revision FROM {} WHERE name = $1", ledger);
  insert_record = fmt::format("INSERT INTO {} VALUES($1, $2, 1, $3) ON CONFLICT DO NOTHING", ledger);
  update_record = fmt::format("UPDATE {} SET value = $2, revision = revision + 1, writer = $3 WHERE name = $1 AND revision = $4", ledger);
  look_record = fmt::format("SELECT revision, writer FROM {} WHERE name = $1", ledger);
  insist_record = fmt::format("SELECT 1 / count(*) FROM {} WHERE name = $1 AND writer = $2", ledger);
  record_names = fmt::format(
      "SELECT name FROM {} WHERE name >= $1 AND substring(name FROM 1 FOR length($1)) = $1 AND value <> ''::bytea ORDER BY name LIMIT $2",
      ledger);
}

document::Envelope Row::envelope() const {
  return {.version = static_cast<std::uint64_t>(rows_.integer(row_, kVersion)),
          .position = static_cast<document::Position>(rows_.integer(row_, kPosition)),
          .recorded_at = {rows_.integer(row_, kRecordedAt)},
          .deleted = rows_.columns() > kDeleted && rows_.boolean(row_, kDeleted)};
}

Instant Row::superseded_at() const {
  return rows_.columns() <= kSupersededAt || rows_.is_null(row_, kSupersededAt) ? kNewest : Instant{rows_.integer(row_, kSupersededAt)};
}

void add_row(document::Documents& documents, const Row& row) {
  documents.add(row.id(), row.payload(), row.envelope());
}

void add_authored_row(document::Documents& documents, const Row& row) {
  add_row(documents, row);
  documents.set_author(row.author());
}

Statement transaction_limits(std::chrono::milliseconds timeout) {
  constexpr long long kMax = INT32_MAX;  // as PostgreSQL has it
  const std::string limit = std::to_string(std::min<long long>(timeout.count(), kMax));
  return {.sql =
              "SELECT set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $1, true),"
              " CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END",
          .parameters = Parameters().text(limit)};
}

}  // namespace millrace::store::postgres
