// Appending many groups in one transaction: each group all or nothing, in order.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "document/write_queue.hpp"
#include "store/sqlite/table.hpp"

namespace millrace::store::sqlite {

using Clock = std::function<Instant()>;

/// A record of a ledger to be written together with the appends, all or nothing. Where there are none, the receipt's version is the
/// record's new revision.
struct RecordWrite {
  const Table* table = nullptr;  // whose ledger it is
  std::string_view name;
  std::string_view value;
  std::uint64_t revision = 0;
};

struct Write : document::Write {
  const Table* table = nullptr;
  const Clock* clock = nullptr;
  const RecordWrite* record = nullptr;
};

/// Commits what can be committed of these writes and sets the result of each. When the transaction as a whole fails, each write is tried
/// alone, so that only those fail that must.
void commit_writes(Connection& connection, std::span<Write* const> writes);

/// Commits all that the write's source gives, in a transaction of its own, and sets its result (no receipts). `between` is called after
/// each batch, for what cannot wait for the end.
void commit_source(Connection& connection, Write& write, const std::function<void()>& between);

}  // namespace millrace::store::sqlite
