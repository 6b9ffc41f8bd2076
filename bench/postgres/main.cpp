// What the store in PostgreSQL does beside bare libpq on the same server: documents written by 64 clients and rows inserted 100 a
// statement, points read by 64 clients and a pipelined loop. Prints one line a measurement, name and number a second.
//
//   millrace_bench_postgres URI [SECONDS]
#include <fmt/format.h>
#include <libpq-fe.h>

#include <string>
#include <vector>

#include "bench/store_clients.hpp"
#include "store/postgres/postgres_store.hpp"

namespace millrace {
namespace {

using bench::Clock;
using bench::kClients;
using bench::kRows;
using bench::measure_store;
using bench::payload;
using bench::print;

/// The yardsticks: one connection, nothing but libpq.
class Bare {
 public:
  explicit Bare(const char* uri) : connection_(PQconnectdb(uri)) {
    run("DROP TABLE IF EXISTS bare");
    // The columns and indexes of our table of versions.
    run("CREATE TABLE bare(position bigint PRIMARY KEY, id text COLLATE \"C\" NOT NULL, version bigint NOT NULL, recorded_at bigint NOT "
        "NULL,"
        " superseded_at bigint, deleted boolean NOT NULL, payload json NOT NULL)");
    run("CREATE UNIQUE INDEX ON bare(id, version)");
    run("CREATE UNIQUE INDEX ON bare(id) WHERE superseded_at IS NULL");
  }
  ~Bare() { PQfinish(connection_); }

  void insert(std::string_view name, std::chrono::seconds time) {
    std::string sql = "INSERT INTO bare(position, id, version, recorded_at, superseded_at, deleted, payload) VALUES";
    for (int i = 0; i < kRows; ++i)
      sql += fmt::format("{}(${}, ${}, 1, 1, NULL, false, ${})", i > 0 ? "," : "", 3 * i + 1, 3 * i + 2, 3 * i + 3);
    const auto begin = Clock::now();
    while (Clock::now() - begin < time) {
      std::vector<std::string> texts;
      for (int i = 0; i < kRows; ++i) {
        ids_.push_back(make_uuid7());
        texts.push_back(std::to_string(ids_.size()));
        texts.push_back(ids_.back());
        texts.push_back(payload(static_cast<int>(ids_.size())));
      }
      std::vector<const char*> values;
      for (const std::string& text : texts) values.push_back(text.c_str());
      PGresult* result = PQexecParams(connection_, sql.c_str(), 3 * kRows, nullptr, values.data(), nullptr, nullptr, 0);
      CHECK(PQresultStatus(result) == PGRES_COMMAND_OK);
      PQclear(result);
    }
    print(name, ids_.size(), begin);
  }

  /// Keeps as many reads under way as there are clients.
  void read(std::string_view name, std::chrono::seconds time) {
    CHECK(PQenterPipelineMode(connection_) == 1);
    std::size_t sent = 0;
    std::size_t answered = 0;
    const auto begin = Clock::now();
    while (Clock::now() - begin < time) {
      for (; sent - answered < kClients; ++sent) send(sent);
      PQflush(connection_);
      // A round is answered before the next is sent, as a client waits before it asks again.
      for (; answered < sent; ++answered) take();
    }
    print(name, answered, begin);
  }

 private:
  void run(const char* sql) {
    PGresult* result = PQexec(connection_, sql);
    CHECK(PQresultStatus(result) == PGRES_COMMAND_OK);
    PQclear(result);
  }
  void send(std::size_t number) {
    const char* id = ids_[(number * 7919) % ids_.size()].c_str();
    const char* sql =
        "SELECT position, id, version, recorded_at, superseded_at, deleted, payload FROM bare WHERE id = $1 AND superseded_at IS NULL";
    CHECK(PQsendQueryParams(connection_, sql, 1, nullptr, &id, nullptr, nullptr, 1) == 1 && PQpipelineSync(connection_) == 1);
  }
  void take() {
    for (PGresult* result = nullptr;;) {
      result = PQgetResult(connection_);
      const bool is_sync = result != nullptr && PQresultStatus(result) == PGRES_PIPELINE_SYNC;
      if (result != nullptr) PQclear(result);
      if (is_sync) return;
    }
  }

  PGconn* connection_;
  std::vector<std::string> ids_;
};

void measure(const char* uri, std::chrono::seconds time) {
  {
    Bare bare(uri);
    bare.insert("bare_insert_100", time);
    bare.read("bare_pipelined_read", time);
  }
  auto store = store::postgres::open_store(
      {.uri = uri, .collection = "bench_" + make_uuid7().substr(24), .indexes = {document::FieldPath::parse("name")}});
  CHECK(store);
  measure_store(**store, time);
}

}  // namespace
}  // namespace millrace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  millrace::measure(arguments[1], millrace::bench::seconds_of(count, arguments));
  return 0;
}
