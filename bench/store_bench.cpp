// What the embedded storage costs: appends by many writers at once beside a bare loop that inserts the same rows into the same tables,
// reads of one id, and finds through an index.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>

#include "base/id.hpp"
#include "document/store.hpp"
#include "io/loop.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/table.hpp"

namespace millrace {
namespace {

using document::Append;
using document::Comparison;
using document::FieldPath;
using document::Filter;
using document::Operand;
using document::Query;
using document::Receipt;
using store::sqlite::Connection;
using store::sqlite::Cursor;
using store::sqlite::Table;

constexpr int kDocuments = 100'000;
constexpr int kNames = kDocuments / 20;  // each name is found in 20 documents
constexpr std::size_t kWriters = 64;

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "millrace-bench-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path file() const { return path_ / "store.db"; }

 private:
  std::filesystem::path path_;
};

/// An event of some 250 bytes.
std::string payload(int number) {
  return fmt::format(
      R"({{"name":"event_{}","data":{{"user":"u{}","ip":"192.168.1.{}","agent":"Mozilla/5.0 X11 Linux x86_64","ok":true}},)"
      R"("timestamp":"2024-01-01T12:00:00Z","source":"web-application","version":"1.0","metadata":{{"region":"eu-west-1","attempt":{}}}}})",
      number % kNames, number, number % 256, number % 7);
}

std::vector<FieldPath> indexes() {
  return {FieldPath::parse("name")};
}

std::unique_ptr<document::Store> open(const std::filesystem::path& file) {
  auto store = store::sqlite::open_store({.file = file, .collection = "events", .indexes = indexes()});
  CHECK(store);
  return *std::move(store);
}

Task<> write_many(document::Store& store, int& next, int end) {
  while (next < end) {
    std::vector<Append> appends;
    appends.push_back({.operation = document::Operation::create, .id = make_uuid7(), .payload = payload(next++)});
    Result<std::vector<Receipt>> receipts = co_await store.append(std::move(appends));
    CHECK(receipts);
  }
  co_return Result<>();
}

/// 64 writers, each appending one document after the other, on one loop.
void append_through_store(benchmark::State& state) {
  const Folder folder;
  const auto store = open(folder.file());
  io::Loop loop;
  int next = 0;
  for (auto _ : state) {
    const int end = next + 6400;
    std::vector<Task<>> writers;
    for (std::size_t i = 0; i < kWriters; ++i) writers.push_back(write_many(*store, next, end));
    CHECK(loop.block_on(when_all(std::move(writers))));
  }
  state.SetItemsProcessed(next);
}
BENCHMARK(append_through_store)->Unit(benchmark::kMillisecond)->UseRealTime()->MinTime(3);

/// The same rows, tables and entries, 64 rows a transaction, by one loop that checks nothing.
void append_bare(benchmark::State& state) {
  const Folder folder;
  const Table table("events");
  const auto connection = *Connection::open({.file = folder.file(), .mode = Connection::Mode::write});
  CHECK(store::sqlite::create_table(*connection, table, indexes()));
  int number = 0;
  for (auto _ : state) {
    for (int transaction = 0; transaction < 100; ++transaction) {
      CHECK(connection->run("BEGIN IMMEDIATE"));
      for (std::size_t i = 0; i < kWriters; ++i, ++number) {
        const std::string id = make_uuid7();
        const std::string text = payload(number);
        Cursor insert = connection->use(table.insert_version);
        insert.integer(1, number + 1).text(2, id).integer(3, 1).integer(4, now().microseconds).integer(5, 0).text(6, text).next();
        std::string key;
        document::append_key(key, fmt::format("\"event_{}\"", number % kNames));
        Cursor entry = connection->use(table.insert_entry);
        entry.integer(1, 1).blob(2, key).integer(3, number + 1).next();
        CHECK(!insert.failed() && !entry.failed());
      }
      CHECK(connection->run("COMMIT"));
    }
  }
  state.SetItemsProcessed(number);
}
BENCHMARK(append_bare)->Unit(benchmark::kMillisecond)->UseRealTime()->MinTime(3);

/// A store with 100 000 documents, filled once.
struct Filled {
  Filled() : store(open(folder.file())) {
    for (int number = 0; number < kDocuments;) {
      std::vector<Append> appends;
      for (int i = 0; i < 1000; ++i, ++number) {
        ids.push_back(make_uuid7());
        appends.push_back({.operation = document::Operation::create, .id = ids.back(), .payload = payload(number)});
      }
      CHECK(loop.block_on(store->append(std::move(appends))));
    }
  }
  static Filled& get() {
    static Filled filled;
    return filled;
  }
  Folder folder;
  std::unique_ptr<document::Store> store;
  std::vector<std::string> ids;
  io::Loop loop;
};

/// Runs `once` again and again in one coroutine, so that the loop's own cost is not measured.
template <class Once>
Task<> repeat(benchmark::State& state, Once& once) {
  for (auto _ : state) {
    Result<> done = co_await once();
    CHECK(done);
  }
  co_return Result<>();
}

Task<> read_one(Filled& filled, std::size_t number) {
  const std::vector<std::string_view> ids = {filled.ids[number]};
  Result<document::Documents> found = co_await filled.store->read(ids, {});
  CHECK(found && found->found(0));
  co_return Result<>();
}

void read_by_id(benchmark::State& state) {
  Filled& filled = Filled::get();
  std::size_t number = 0;
  auto once = [&] { return read_one(filled, number = (number + 7919) % kDocuments); };
  CHECK(filled.loop.block_on(repeat(state, once)));
}
BENCHMARK(read_by_id)->Unit(benchmark::kMicrosecond);

Task<> find_name(Filled& filled, const Filter& filter, std::size_t number) {
  const std::string name = fmt::format("\"event_{}\"", number);
  const std::vector<Query> queries = {{.filter = &filter, .arguments = {name}}};
  Result<std::vector<document::Documents>> found = co_await filled.store->find(queries, {});
  CHECK(found && found->at(0).size() == 20);
  co_return Result<>();
}

void find_20_of_100k(benchmark::State& state) {
  Filled& filled = Filled::get();
  const Filter filter = Filter::compare(FieldPath::parse("name"), Comparison::equal, Operand::argument(0));
  std::size_t number = 0;
  auto once = [&] { return find_name(filled, filter, number = (number + 7919) % kNames); };
  CHECK(filled.loop.block_on(repeat(state, once)));
}
BENCHMARK(find_20_of_100k)->Unit(benchmark::kMicrosecond);

Task<> scan_all(Filled& filled, const Filter& filter) {
  const std::vector<Query> queries = {{.filter = &filter}};
  Result<std::vector<document::Documents>> found = co_await filled.store->find(queries, {});
  CHECK(found && found->at(0).empty());
  co_return Result<>();
}

void scan_100k(benchmark::State& state) {
  Filled& filled = Filled::get();
  const Filter filter = Filter::compare(FieldPath::parse("data.user"), Comparison::equal, Operand::value("\"nobody\""));
  auto once = [&] { return scan_all(filled, filter); };
  CHECK(filled.loop.block_on(repeat(state, once)));
}
BENCHMARK(scan_100k)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace millrace

BENCHMARK_MAIN();
