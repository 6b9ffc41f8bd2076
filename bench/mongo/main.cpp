// What the store in MongoDB does beside bare libmongoc on the same server: documents written by 64 clients and inserted 100 a command,
// points read by 64 clients and by as many bare loops as bring the server most. Prints one line a measurement, name and number a second.
//
//   millrace_bench_mongo URI [SECONDS]
#include <mongoc/mongoc.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "bench/store_clients.hpp"
#include "store/mongo/mongo_store.hpp"
#include "store/mongo/payload.hpp"

namespace millrace {
namespace {

using bench::Clock;
using bench::kRows;
using bench::payload;
using bench::print;
using store::mongo::Bson;

constexpr int kLoops = 16;  // threads that read

/// The yardsticks: nothing but libmongoc, with the write concern of ours, on documents with our envelope and indexes.
class Bare {
 public:
  explicit Bare(const std::string& uri) {
    mongoc_init();
    mongoc_uri_t* const parsed = mongoc_uri_new(uri.c_str());
    mongoc_write_concern_t* const concern = mongoc_write_concern_new();
    mongoc_write_concern_set_w(concern, MONGOC_WRITE_CONCERN_W_MAJORITY);
    mongoc_write_concern_set_journal(concern, true);
    mongoc_uri_set_write_concern(parsed, concern);
    mongoc_write_concern_destroy(concern);
    pool_ = mongoc_client_pool_new(parsed);
    mongoc_uri_destroy(parsed);
    client_ = mongoc_client_pool_pop(pool_);
    collection_ = mongoc_client_get_collection(client_, "bench", kName);
    mongoc_collection_drop(collection_, nullptr);
    Bson indexes;
    int count = 0;
    for (const char* member : {"position", "key.name", "payload.name"}) {
      const Bson index = Bson().text("name", member).child("key", Bson().small(member, 1)).boolean("sparse", true);
      indexes = std::move(indexes).child(std::to_string(count++), index);
    }
    const Bson command = Bson().text("createIndexes", kName).array("indexes", indexes);
    CHECK(mongoc_client_command_simple(client_, "bench", command.get(), nullptr, nullptr, nullptr));
  }
  ~Bare() {
    mongoc_collection_destroy(collection_);
    mongoc_client_pool_push(pool_, client_);
    mongoc_client_pool_destroy(pool_);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  void insert(std::string_view name, std::chrono::seconds time) {
    const auto begin = Clock::now();
    while (Clock::now() - begin < time) {
      std::vector<Bson> documents;
      std::vector<const bson_t*> pointers;
      for (int i = 0; i < kRows; ++i) documents.push_back(next());
      for (const Bson& document : documents) pointers.push_back(document.get());
      CHECK(mongoc_collection_insert_many(collection_, pointers.data(), pointers.size(), nullptr, nullptr, nullptr));
    }
    print(name, ids_.size(), begin);
  }

  void read(std::string_view name, std::chrono::seconds time) {
    const auto begin = Clock::now();
    std::atomic<std::size_t> found = 0;
    {
      std::vector<std::jthread> loops;
      for (int i = 0; i < kLoops; ++i) loops.emplace_back([&, i] { found += read_until(begin + time, static_cast<std::size_t>(i) * 31); });
    }
    print(name, found, begin);
  }

 private:
  static constexpr const char* kName = "bare";

  Bson next() {
    ids_.push_back(make_uuid7());
    const auto number = static_cast<std::int64_t>(ids_.size());
    const auto encoded = store::mongo::encode_payload(payload(static_cast<int>(number)));
    CHECK(encoded);
    return Bson()
        .text("_id", ids_.back())
        .text("id", ids_.back())
        .integer("version", 1)
        .integer("position", number)
        .integer("epoch", 1)
        .integer("recorded_at", number)
        .boolean("deleted", false)
        .child("payload", encoded->document);
  }

  std::size_t read_until(Clock::time_point end, std::size_t number) const {
    mongoc_client_t* const client = mongoc_client_pool_pop(pool_);
    mongoc_collection_t* const collection = mongoc_client_get_collection(client, "bench", kName);
    std::size_t found = 0;
    for (; Clock::now() < end; number += 7919) {
      const Bson filter = Bson().text("_id", ids_[number % ids_.size()]);
      mongoc_cursor_t* const cursor = mongoc_collection_find_with_opts(collection, filter.get(), nullptr, nullptr);
      const bson_t* document = nullptr;
      found += mongoc_cursor_next(cursor, &document) ? 1 : 0;
      mongoc_cursor_destroy(cursor);
    }
    mongoc_collection_destroy(collection);
    mongoc_client_pool_push(pool_, client);
    return found;
  }

  mongoc_client_pool_t* pool_ = nullptr;
  mongoc_client_t* client_ = nullptr;
  mongoc_collection_t* collection_ = nullptr;
  std::vector<std::string> ids_;
};

void measure(const std::string& uri, std::chrono::seconds time) {
  {
    Bare bare(uri);
    bare.insert("bare_insert_100", time);
    bare.read("bare_read", time);
  }
  auto store = store::mongo::open_store(
      {.uri = uri, .database = "bench", .collection = "bench_" + make_uuid7().substr(24), .indexes = {document::FieldPath::parse("name")}});
  CHECK(store);
  bench::measure_store(**store, time);
}

}  // namespace
}  // namespace millrace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  millrace::measure(arguments[1], millrace::bench::seconds_of(count, arguments));
  return 0;
}
