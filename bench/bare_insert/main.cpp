// The yardstick for POST: inserts the rows of a store's file into a new file with the same tables and indexes, in one loop, so many
// versions a transaction, synchronous=FULL. No server, no JSON, no checks. Prints versions per second.
//
//   millrace_bench_bare_insert SOURCE TARGET [VERSIONS_PER_TRANSACTION]
//
// Every table of SOURCE that has a column "position" is copied; a transaction holds the rows of the next so many positions, in order.
#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;
using Value = std::unique_ptr<sqlite3_value, decltype(&sqlite3_value_free)>;

[[noreturn]] void fail(sqlite3* database, std::string_view doing) {
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(doing.size()), doing.data(), sqlite3_errmsg(database));
  std::exit(1);
}

Database open(const char* file, int flags) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file, &opened, flags, nullptr);
  Database database(opened, sqlite3_close);
  if (code != SQLITE_OK) fail(opened, file);
  return database;
}

void execute(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(database, sql);
}

Statement prepare(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) fail(database, sql);
  return {statement, sqlite3_finalize};
}

std::string text(sqlite3_stmt* statement, int column) {
  const unsigned char* characters = sqlite3_column_text(statement, column);
  return characters == nullptr ? "" : reinterpret_cast<const char*>(characters);
}

struct Row {
  std::int64_t position;
  std::vector<Value> values;
};

struct Table {
  std::string name;
  int columns = 0;
  std::vector<Row> rows;
};

std::string quoted(const std::string& name) {
  return '"' + name + '"';
}

Table read_table(sqlite3* source, const std::string& name) {
  Table table{.name = name, .rows = {}};
  Statement select = prepare(source, "SELECT position, * FROM " + quoted(name) + " ORDER BY position");
  table.columns = sqlite3_column_count(select.get()) - 1;
  while (sqlite3_step(select.get()) == SQLITE_ROW) {
    Row row{.position = sqlite3_column_int64(select.get(), 0), .values = {}};
    for (int column = 1; column <= table.columns; ++column) {
      row.values.emplace_back(sqlite3_value_dup(sqlite3_column_value(select.get(), column)), sqlite3_value_free);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::vector<Table> read_tables(sqlite3* source) {
  Statement names = prepare(source,
                            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
                            "WHERE m.type = 'table' AND c.name = 'position' ORDER BY m.rootpage");
  std::vector<Table> tables;
  while (sqlite3_step(names.get()) == SQLITE_ROW) tables.push_back(read_table(source, text(names.get(), 0)));
  return tables;
}

/// Tables first, then indexes, as SOURCE has them.
void copy_schema(sqlite3* source, sqlite3* target) {
  Statement schema =
      prepare(source, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type = 'index', rootpage");
  while (sqlite3_step(schema.get()) == SQLITE_ROW) execute(target, text(schema.get(), 0));
}

Statement prepare_insert(sqlite3* target, const Table& table) {
  std::string places = "?";
  for (int column = 1; column < table.columns; ++column) places += ",?";
  return prepare(target, "INSERT INTO " + quoted(table.name) + " VALUES (" + places + ")");
}

void insert(sqlite3* target, sqlite3_stmt* statement, const Row& row) {
  for (std::size_t column = 0; column < row.values.size(); ++column) {
    sqlite3_bind_value(statement, static_cast<int>(column) + 1, row.values[column].get());
  }
  if (sqlite3_step(statement) != SQLITE_DONE) fail(target, "insert");
  sqlite3_reset(statement);
}

/// Inserts everything; gives the seconds that it took.
double insert_all(sqlite3* target, const std::vector<Table>& tables, std::int64_t last, std::int64_t per_transaction) {
  std::vector<Statement> inserts;
  for (const Table& table : tables) inserts.push_back(prepare_insert(target, table));
  std::vector<std::size_t> next(tables.size(), 0);
  const auto started = std::chrono::steady_clock::now();
  for (std::int64_t end = per_transaction; end < last + per_transaction; end += per_transaction) {
    execute(target, "BEGIN IMMEDIATE");
    for (std::size_t index = 0; index < tables.size(); ++index) {
      const std::vector<Row>& rows = tables[index].rows;
      for (; next[index] < rows.size() && rows[next[index]].position <= end; ++next[index]) {
        insert(target, inserts[index].get(), rows[next[index]]);
      }
    }
    execute(target, "COMMIT");
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t per_transaction = 64;
  if (argc == 4) std::from_chars(argv[3], argv[3] + std::string_view(argv[3]).size(), per_transaction);
  if (argc < 3 || argc > 4 || per_transaction < 1) {
    std::fprintf(stderr, "usage: %s SOURCE TARGET [VERSIONS_PER_TRANSACTION]\n", argv[0]);
    return 2;
  }
  Database source = open(argv[1], SQLITE_OPEN_READWRITE);
  Database target = open(argv[2], SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  execute(target.get(), "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
  copy_schema(source.get(), target.get());
  const std::vector<Table> tables = read_tables(source.get());
  std::int64_t last = 0;
  for (const Table& table : tables) last = table.rows.empty() ? last : std::max(last, table.rows.back().position);
  const double seconds = insert_all(target.get(), tables, last, per_transaction);
  std::printf("%.0f\n", static_cast<double>(last) / seconds);
  return 0;
}
