// The one thread that writes a collection: it takes all that waits, commits it together, and completes it. Writers of one process would
// only wait for each other at the server, where that costs more than a commit.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "document/write_queue.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/table_writes.hpp"

namespace millrace::store::postgres {

/// A record of a ledger in the same database, to be written in the transaction of the appends.
struct RecordPut {
  const Table* table = nullptr;  // whose ledger it is
  std::string_view name;
  std::string_view value;
  std::int64_t revision = 0;
};

struct Write : document::Write {
  const RecordPut* record = nullptr;  // it has a transaction of its own, which fails when the record's revision is another
};

class Writer {
 public:
  using Queue = document::WriteQueue<Write>;
  struct Options {
    Server server;
    Queue::Limits queue = {};
    std::size_t batch_bytes_max = 32 << 20;
    std::chrono::milliseconds timeout{10'000};  // of each statement
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds resolve_max{30'000};  // how long the fate of a commit whose answer was lost is looked for
    const Log* log = nullptr;                       // outlives it, and so do the table and the clock
  };
  Writer(const Table& table, const std::function<Instant()>& clock, Options options);
  /// Breaks off what is under way. Requires: nobody waits any more.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// As WriteQueue::push.
  bool push(Write& write) { return queue_.push(write); }

 private:
  using Batch = std::span<Write* const>;
  void run();
  Batch first_batch(Batch writes) const;
  void give(Batch batch, const Error& error);
  void commit(Batch batch);
  Result<bool> try_commit(Batch batch);
  Result<bool> insert(Batch batch);
  Result<bool> transact(Batch batch);
  Result<bool> finish(Batch batch, const TableWrites& writes);
  Result<bool> was_written(const TableWrites& writes);
  Result<Rows> look_up(const std::function<void(Exchange&)>& ask);
  Result<> exchange(Exchange& exchange);
  Result<> connect();

  const Table& table_;
  const std::function<Instant()>& clock_;
  const Options options_;
  std::unique_ptr<Session> session_;
  std::size_t first_host_ = 0;
  std::chrono::steady_clock::time_point retry_at_;
  std::optional<std::vector<document::IndexedPath>> paths_;  // all of the table, as it was seen last
  Queue queue_;
  std::atomic<bool> is_ending_ = false;
  std::thread thread_;  // last: it starts when all else is there
};

}  // namespace millrace::store::postgres
