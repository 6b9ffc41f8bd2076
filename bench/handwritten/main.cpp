// The hand-written rival: the events example alone, as fast as it goes on the program's own HTTP loop. What a generic engine is measured
// against.
//
//   millrace_bench_handwritten PORT THREADS sqlite FILE
//   millrace_bench_handwritten PORT THREADS postgres CONNINFO
//   millrace_bench_handwritten import sqlite FILE RAW_FILE PROCESSED_FILE
//   millrace_bench_handwritten import postgres CONNINFO
//
// `import` copies the events of a Millrace service into tables of the rival's own: out of the files of its collections, or out of its
// tables in the same database. SIGINT and SIGTERM end a server.

#include <fmt/core.h>

#include <memory>
#include <string_view>
#include <vector>

#include "bench/handwritten/postgres_events.hpp"
#include "bench/handwritten/routes.hpp"
#include "bench/handwritten/sqlite_events.hpp"
#include "bench/lanes.hpp"
#include "http/cors.hpp"

namespace millrace::handwritten {
namespace {

/// A storage gives each loop its events.
template <class Storage>
int serve(const std::vector<std::string>& arguments) {
  bench::block_signals();
  Storage storage(arguments[3]);
  const http::ServerOptions options{
      .host = "127.0.0.1", .port = static_cast<std::uint16_t>(bench::number(arguments[0])), .headers = http::cors_headers({})};
  return bench::serve(options, bench::number(arguments[1]),
                      [&storage](io::Loop& loop) { return std::make_unique<Routes>(storage.events(loop)); });
}

int run(const std::vector<std::string>& arguments) {
  const std::size_t count = arguments.size();
  if (count == 5 && arguments[0] == "import" && arguments[1] == "sqlite") {
    import_sqlite(arguments[2], arguments[3], arguments[4]);
    return 0;
  }
  if (count == 3 && arguments[0] == "import" && arguments[1] == "postgres") {
    import_postgres(arguments[2]);
    return 0;
  }
  if (count == 4 && arguments[2] == "sqlite") return serve<SqliteFile>(arguments);
  if (count == 4 && arguments[2] == "postgres") return serve<PostgresDatabase>(arguments);
  fmt::print(stderr, "usage: millrace_bench_handwritten PORT THREADS sqlite|postgres FILE|CONNINFO\n");
  return 2;
}

}  // namespace
}  // namespace millrace::handwritten

int main(int count, char** arguments) {
  return millrace::handwritten::run({arguments + 1, arguments + count});
}
