// Versions in an SQLite file: the embedded storage.
//
// One thread per file writes: it commits all that waits in one transaction (WAL, synchronous=FULL), so what was acknowledged survives
// kill -9 and a loss of power, and concurrent writers share the price. Reads of ids and through an index run on the calling thread; what
// has to look at many rows runs on the worker pool. Several stores, collections and processes may share a file.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
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

namespace millrace::store::sqlite {

struct Options {
  std::filesystem::path file;
  std::string collection;
  std::vector<document::FieldPath> indexes = {};          // made when they are not there; an index stays for good
  std::vector<const document::Filter*> sql_filters = {};  // filters with a part in SQL, to be checked at open
  io::WorkerPool* workers = nullptr;                      // for what takes long, null: on the calling thread; outlives the store
  std::function<Instant()> clock = &now;                  // where recorded_at comes from
  std::function<void(std::string_view)> log = {};         // what SQLite said when something failed; any thread; outlives the store
  std::size_t queue_max = 10'000;                         // waiting appends; more are refused: "overloaded.writes"
  std::chrono::milliseconds wait_max{10'000};             // for a write behind a long one; then it is refused likewise
  std::size_t batch_max = 1'000;                          // appends in one transaction
  std::size_t inline_rows_max = 500;                      // rows looked at before a read moves to the workers
  document::Measures measures = {};
  std::int64_t file_bytes_max = 0;  // 0: as large as SQLite has it; then "store.full"
};

/// Opens the file, and makes it, its folder, tables and indexes where they are not there. Blocks; an index over many versions takes its
/// time. Of stores that share a file in this process the first one's log and limits hold, and its log must outlive them all.
Result<std::unique_ptr<document::Store>> open_store(Options options);

}  // namespace millrace::store::sqlite
