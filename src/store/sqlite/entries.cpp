#include "store/sqlite/entries.hpp"

namespace millrace::store::sqlite {
namespace {

Result<> run_entry(Connection& connection, std::string_view sql, std::int64_t path, std::string_view key, document::Position position) {
  Cursor cursor = connection.use(sql);
  cursor.integer(1, path).blob(2, key).integer(3, static_cast<std::int64_t>(position)).next();
  if (cursor.failed()) return Failure(connection.failure());
  return {};
}

Result<> mark_many(Connection& connection, const Table& table, std::int64_t path) {
  Cursor cursor = connection.use(table.mark_many);
  cursor.integer(1, path).next();
  if (cursor.failed()) return Failure(connection.failure());
  return {};
}

}  // namespace

Result<> add_entries(Connection& connection, const Table& table, const std::vector<document::IndexedPath>& paths, std::string_view payload,
                     document::Position position, bool past) {
  for (const document::IndexedPath& indexed : paths) {
    const std::vector<std::string> keys = document::keys_at(indexed.path, payload);
    if (keys.size() > 1) TRY_OK(mark_many(connection, table, indexed.number));
    for (const std::string& key : keys) {
      TRY_OK(run_entry(connection, past ? table.insert_entry_past : table.insert_entry, indexed.number, key, position));
    }
  }
  return {};
}

Result<> retire_entries(Connection& connection, const Table& table, const std::vector<document::IndexedPath>& paths,
                        std::string_view payload, document::Position position) {
  for (const document::IndexedPath& indexed : paths) {
    for (const std::string& key : document::keys_at(indexed.path, payload)) {
      TRY_OK(run_entry(connection, table.delete_entry, indexed.number, key, position));
      TRY_OK(run_entry(connection, table.insert_entry_past, indexed.number, key, position));
    }
  }
  return {};
}

}  // namespace millrace::store::sqlite
