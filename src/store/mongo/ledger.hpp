// The ledger of one collection in MongoDB: documents of one collection for all, {_id: "COLLECTION\nNAME", value, revision, writer}, each
// written by one update that asks for its revision.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "document/ledger.hpp"
#include "io/worker_pool.hpp"
#include "store/mongo/connection.hpp"

namespace millrace::store::mongo {

class MongoLedger final : public document::Ledger {
 public:
  struct Options {
    Pool& pool;
    io::WorkerPool& workers;
    std::string collection;
    std::function<Result<>(Client&)> prepare;  // called before each use
    std::chrono::milliseconds resolve;         // how long the fate of a write is looked for whose answer was lost
  };
  explicit MongoLedger(Options options) : options_(std::move(options)) {}

  Task<document::Record> get(std::string_view name) override;
  Task<std::uint64_t> put(std::string_view name, std::string value, std::uint64_t revision) override;
  Task<std::vector<std::string>> names(std::string_view prefix, std::size_t limit) override;

 private:
  template <class T>
  Task<T> on_worker(std::move_only_function<Result<T>(Client&)> work);
  std::string key_of(std::string_view name) const;

  const Options options_;
};

}  // namespace millrace::store::mongo
