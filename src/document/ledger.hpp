// Ledger: small records that change in place, beside the versions of one entity and in the same storage.
//
// Cursors, leases and waiting lists: what says how far somebody has come. A record is not a version: it has no history, no feed, and no
// place among documents. Writers that race for one are told apart by its revision: one of them wins. It is written seldom (some times a
// second for each that keeps one), and read whole.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/task.hpp"

namespace millrace::document {

struct Record {
  std::string value;           // any bytes
  std::uint64_t revision = 0;  // 0: it is not there
};

/// More is refused: "ledger.too_large" (too_large).
inline constexpr std::size_t kRecordBytesMax = 8u << 20;

/// Any thread with a loop, as Store; what a view points to must live until the call ends. Names are any text.
class Ledger {
 public:
  virtual ~Ledger() = default;

  /// The record as it is now: what was acknowledged by any instance, or something newer.
  virtual Task<Record> get(std::string_view name) = 0;

  /// Writes the record if its revision is still `revision` (0: it must not be there yet) and gives its new one, which is larger. Durable
  /// when acknowledged. Errors: "ledger.revision" (precondition_failed), somebody else was faster and nothing was written;
  /// "store.unconfirmed", it may have been written or not: get() tells.
  virtual Task<std::uint64_t> put(std::string_view name, std::string value, std::uint64_t revision) = 0;

  /// The names that begin with `prefix`, in the order of their bytes, at most `limit`. A record with an empty value is as good as removed:
  /// it keeps its revision, so that no writer takes its successor for it, and its name is left out.
  virtual Task<std::vector<std::string>> names(std::string_view prefix, std::size_t limit) = 0;
};

/// A record that is written in one commit with versions (Store::append_with). What it points to lives until that call ends.
struct RecordWrite {
  Ledger* ledger = nullptr;
  std::string_view name;
  std::string_view value;
  std::uint64_t revision = 0;  // as of put()
};

/// Why the value cannot be a record's, if so.
Result<> check_record(std::string_view value);
Error revision_differs();

/// A ledger in memory: of the storage in memory, and for tests.
class MemoryLedger final : public Ledger {
 public:
  Task<Record> get(std::string_view name) override;
  Task<std::uint64_t> put(std::string_view name, std::string value, std::uint64_t revision) override;
  Task<std::vector<std::string>> names(std::string_view prefix, std::size_t limit) override;

  /// put(), at once.
  Result<std::uint64_t> put_now(std::string_view name, std::string value, std::uint64_t revision);

 private:
  std::mutex mutex_;
  TextMap<Record> records_;  // GUARDED_BY(mutex_)
};

}  // namespace millrace::document
