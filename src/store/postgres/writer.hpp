// The writer of one loop: what its requests append while a transaction is under way goes together into the next.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "document/store.hpp"
#include "store/postgres/link.hpp"
#include "store/postgres/table_writes.hpp"

namespace millrace::store::postgres {

/// A record of a ledger in the same database, to be written in the transaction of the appends.
struct RecordPut {
  const Table* table = nullptr;  // whose ledger it is
  std::string_view name;
  std::string_view value;
  std::int64_t revision = 0;
};

/// The appends of one call. Lives in the awaiting frame until it is completed.
struct Write {
  std::vector<document::Append> appends;
  const RecordPut* record = nullptr;  // it has a transaction of its own, which fails when the record's revision is another
  std::chrono::steady_clock::time_point queued = {};
  io::Completion<std::vector<document::Receipt>> completion = {};
};

/// For its loop's thread. Held by shared pointers: a transaction under way holds its writer.
class Writer : public std::enable_shared_from_this<Writer> {
 public:
  struct Limits {
    std::size_t queue_max = 10'000;  // waiting appends
    std::size_t batch_max = 1'000;   // appends in a transaction, unless one write alone has more
    std::size_t batch_bytes_max = 32 << 20;
    std::chrono::milliseconds wait_max{10'000};     // how long a write may wait for its turn; then "overloaded.writes"
    std::chrono::milliseconds timeout{10'000};      // of each statement
    std::chrono::milliseconds resolve_max{30'000};  // how long the fate of a commit whose answer was lost is looked for
  };
  Writer(const Table& table, const std::function<Instant()>& clock, std::shared_ptr<Link> link, Limits limits)
      : table_(table), clock_(clock), link_(std::move(link)), limits_(limits) {}

  /// Takes a write; false when the queue is full.
  bool push(Write& write);
  Link& link() { return *link_; }

 private:
  using Batch = std::vector<Write*>;
  static Task<void> run(std::shared_ptr<Writer> self);
  Batch take();
  void refuse_late();
  Task<void> commit(Batch batch);
  Task<void> commit_each(Batch batch);
  Task<bool> try_commit(const Batch& batch);
  Task<bool> finish(const Batch& batch, TableWrites& writes, std::vector<Result<std::vector<document::Receipt>>> results,
                    std::uint64_t generation);
  Task<bool> was_written(const TableWrites& writes);
  static void complete(const Batch& batch, std::vector<Result<std::vector<document::Receipt>>> results);
  static void complete(const Batch& batch, const Error& error);

  const Table& table_;
  const std::function<Instant()>& clock_;
  const std::shared_ptr<Link> link_;
  const Limits limits_;
  std::deque<Write*> queue_;
  std::size_t queued_ = 0;
  bool is_running_ = false;
};

}  // namespace millrace::store::postgres
