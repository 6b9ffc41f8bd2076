#include "store/sqlite/entries.hpp"

#include <algorithm>

namespace millrace::store::sqlite {
namespace {

/// The keys of a payload at a path, each once.
std::vector<std::string> keys_of(const document::FieldPath& path, std::string_view payload) {
  std::vector<std::string> keys;
  document::visit_values(path, payload, [&keys](std::string_view value) {
    // Conditions on null, arrays and objects are not served by the index.
    if (value == "null" || value.front() == '[' || value.front() == '{') return;
    document::append_key(keys.emplace_back(), value);
  });
  if (keys.size() < 2) return keys;
  std::ranges::sort(keys);
  const auto repeated = std::ranges::unique(keys);
  keys.erase(repeated.begin(), repeated.end());
  return keys;
}

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

Result<> add_entries(Connection& connection, const Table& table, const std::vector<IndexedPath>& paths, std::string_view payload,
                     document::Position position, bool past) {
  for (const IndexedPath& indexed : paths) {
    const std::vector<std::string> keys = keys_of(indexed.path, payload);
    if (keys.size() > 1) TRY_OK(mark_many(connection, table, indexed.number));
    for (const std::string& key : keys) {
      TRY_OK(run_entry(connection, past ? table.insert_entry_past : table.insert_entry, indexed.number, key, position));
    }
  }
  return {};
}

Result<> retire_entries(Connection& connection, const Table& table, const std::vector<IndexedPath>& paths, std::string_view payload,
                        document::Position position) {
  for (const IndexedPath& indexed : paths) {
    for (const std::string& key : keys_of(indexed.path, payload)) {
      TRY_OK(run_entry(connection, table.delete_entry, indexed.number, key, position));
      TRY_OK(run_entry(connection, table.insert_entry_past, indexed.number, key, position));
    }
  }
  return {};
}

}  // namespace millrace::store::sqlite
