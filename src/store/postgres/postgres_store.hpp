// Versions in a PostgreSQL database.
//
// Every loop has connections of its own to read, and speaks on them without ever blocking; what its requests ask at one time goes
// together. One thread writes for all. Tables are made, and indexes filled, by another in the background. Several stores, processes and
// machines may share tables. A write is acknowledged when its transaction is committed; a commit whose answer was lost is looked up before
// anybody is told.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "document/measures.hpp"
#include "document/store.hpp"

namespace millrace::io {
class WorkerPool;
}

namespace millrace::store::postgres {

struct Options {
  std::string uri;            // as libpq takes it: several hosts, sslmode and the like
  std::string database = {};  // instead of the one that the URI names
  std::string collection;
  std::vector<std::string> replicas = {};                 // where what was at an instant may be read
  std::vector<document::FieldPath> indexes = {};          // filled in the background when they are not there; an index stays for good
  std::vector<const document::Filter*> sql_filters = {};  // filters with a part in SQL, to be checked at open
  io::WorkerPool* workers = nullptr;                      // for append_all, null: on the calling thread; outlives the store
  std::function<Instant()> clock = &now;                  // where recorded_at comes from
  document::Measures measures = {};
  std::function<void(std::string_view)> log = {};  // what the server said; any thread; outlives the store
  std::size_t connections = 1;                     // of each loop for points, and for other reads; two more read long lists
  std::size_t queue_max = 10'000;                  // waiting appends; more are refused: "overloaded.writes"
  std::size_t batch_max = 1'000;                   // appends in one transaction
  std::size_t scans_max = 1'000;                   // long reads of each loop that wait; more are refused: "overloaded.workers"
  std::chrono::milliseconds wait_max{10'000};      // for a write behind others; then it is refused likewise
  std::chrono::milliseconds timeout{10'000};       // of each statement: "store.timeout"
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds resolve_max{30'000};  // how long a commit whose answer was lost is looked for; then "store.unconfirmed"
  std::chrono::milliseconds open_max{2'000};      // how long open_store waits for what is refused at once
};

/// Opens the collection. Where the server is away, refuses the user or is slow, the store is opened all the same: it answers
/// "store.unavailable", ping() says why, and goes on trying. Error "store.open", "store.sql" when the server says soon that the tables are
/// somebody else's, or that a filter does not fit.
Result<std::unique_ptr<document::Store>> open_store(Options options);

}  // namespace millrace::store::postgres
