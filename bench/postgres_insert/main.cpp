// The yardstick for writes in PostgreSQL: inserts the rows of a store's tables into new tables with the same columns and indexes, so many
// versions a statement by unnest, on so many connections. No server of ours, no JSON, no checks. Prints versions per second.
//
//   millrace_bench_postgres_insert URI COLLECTION VERSIONS_PER_STATEMENT CONNECTIONS
//
// What is inserted stands ready as arrays, made by the server out of COLLECTION and its table of index entries; each statement is its own
// commit.
#include <fmt/core.h>
#include <libpq-fe.h>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// Positions, ids, versions, instants, ends, deletions and payloads; then paths, keys and positions of the entries: each a literal of an
/// array.
using Batch = std::array<std::string, 10>;

constexpr const char* kSelect =
    "SELECT v.*, coalesce(e.paths, '{}'), coalesce(e.keys, '{}'), coalesce(e.positions, '{}') FROM"
    " (SELECT (position - 1) / $1::bigint AS batch, array_agg(position)::text, array_agg(id)::text, array_agg(version)::text,"
    " array_agg(recorded_at)::text, array_agg(superseded_at)::text, array_agg(deleted)::text, array_agg(payload)::text"
    " FROM \"{0}\" GROUP BY 1) AS v LEFT JOIN"
    " (SELECT (position - 1) / $1::bigint AS batch, array_agg(path)::text AS paths, array_agg(key)::text AS keys,"
    " array_agg(position)::text AS positions FROM \"{0}:entries\" GROUP BY 1) AS e USING (batch) ORDER BY batch";

constexpr const char* kInsert =
    "WITH entered AS (INSERT INTO bare_entries(path, key, position) SELECT * FROM unnest($8::bigint[], $9::bytea[], $10::bigint[]))"
    " INSERT INTO bare(position, id, version, recorded_at, superseded_at, deleted, payload)"
    " SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::json[])";

[[noreturn]] void fail(PGconn* connection) {
  fmt::print(stderr, "{}", PQerrorMessage(connection));
  std::exit(1);
}

Connection connect(const char* uri) {
  Connection connection(PQconnectdb(uri), PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) fail(connection.get());
  return connection;
}

Answer checked(PGconn* connection, PGresult* result) {
  Answer answer(result, PQclear);
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(connection);
  return answer;
}

std::string for_collection(std::string text, std::string_view collection) {
  for (std::size_t at = 0; (at = text.find("{0}")) != std::string::npos;) text.replace(at, 3, collection);
  return text;
}

std::vector<Batch> read_batches(PGconn* connection, std::string_view collection, const char* size) {
  const std::string select = for_collection(kSelect, collection);
  const Answer answer = checked(connection, PQexecParams(connection, select.c_str(), 1, nullptr, &size, nullptr, nullptr, 0));
  std::vector<Batch> batches(static_cast<std::size_t>(PQntuples(answer.get())));
  for (std::size_t row = 0; row < batches.size(); ++row) {
    for (std::size_t column = 0; column < batches[row].size(); ++column) {
      // The first column is the number of the batch.
      batches[row][column] = PQgetvalue(answer.get(), static_cast<int>(row), static_cast<int>(column) + 1);
    }
  }
  return batches;
}

void create_tables(PGconn* connection, std::string_view collection) {
  const std::string create = for_collection(
      "DROP TABLE IF EXISTS bare, bare_entries; CREATE TABLE bare(LIKE \"{0}\" INCLUDING ALL);"
      " CREATE TABLE bare_entries(LIKE \"{0}:entries\" INCLUDING ALL)",
      collection);
  checked(connection, PQexec(connection, create.c_str()));
}

/// Takes the next batch until there is none.
void insert(PGconn* connection, const std::vector<Batch>& batches, std::atomic<std::size_t>& next) {
  for (std::size_t number = next++; number < batches.size(); number = next++) {
    std::array<const char*, std::tuple_size_v<Batch>> values{};
    for (std::size_t column = 0; column < values.size(); ++column) values[column] = batches[number][column].c_str();
    checked(connection, PQexecPrepared(connection, "insert", values.size(), values.data(), nullptr, nullptr, 0));
  }
}

double insert_all(const char* uri, const std::vector<Batch>& batches, int count) {
  std::vector<Connection> connections;
  for (int number = 0; number < count; ++number) {
    connections.push_back(connect(uri));
    checked(connections.back().get(), PQprepare(connections.back().get(), "insert", kInsert, 0, nullptr));
  }
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  const auto begin = std::chrono::steady_clock::now();
  for (const Connection& connection : connections) {
    threads.emplace_back([&, each = connection.get()] { insert(each, batches, next); });
  }
  threads.clear();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

int number(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5 || number(arguments[3]) < 1 || number(arguments[4]) < 1) {
    fmt::print(stderr, "usage: {} URI COLLECTION VERSIONS_PER_STATEMENT CONNECTIONS\n", arguments[0]);
    return 2;
  }
  const Connection connection = connect(arguments[1]);
  const std::vector<Batch> batches = read_batches(connection.get(), arguments[2], arguments[3]);
  create_tables(connection.get(), arguments[2]);
  const double seconds = insert_all(arguments[1], batches, number(arguments[4]));
  const Answer stored = checked(connection.get(), PQexec(connection.get(), "SELECT count(*) FROM bare"));
  fmt::print("{:.0f}\n", number(PQgetvalue(stored.get(), 0, 0)) / seconds);
  return 0;
}
