// Appending many groups in one transaction: each group all or nothing, in order.
#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <vector>

#include "document/store.hpp"
#include "io/loop.hpp"
#include "store/sqlite/table.hpp"

namespace millrace::store::sqlite {

using Clock = std::function<Instant()>;

/// The appends of one call, on their way through the writer. Lives in the awaiting frame until it is completed.
struct Write {
  const Table* table = nullptr;
  std::vector<document::Append> appends;
  const Clock* clock = nullptr;
  document::AppendSource* source = nullptr;           // instead of `appends`
  std::chrono::steady_clock::time_point queued = {};  // when it began to wait
  Result<std::vector<document::Receipt>> result = {};
  io::Completion<std::vector<document::Receipt>> completion = {};
};

/// Commits what can be committed of these writes and sets the result of each. When the transaction as a whole fails, each write is tried
/// alone, so that only those fail that must.
void commit_writes(Connection& connection, std::span<Write* const> writes);

/// Commits all that the write's source gives, in a transaction of its own, and sets its result (no receipts). `between` is called after
/// each batch, for what cannot wait for the end.
void commit_source(Connection& connection, Write& write, const std::function<void()>& between);

}  // namespace millrace::store::sqlite
