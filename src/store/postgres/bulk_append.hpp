// Appending all that a source gives, in one transaction on a connection of its own.
#pragma once

#include <functional>
#include <string>

#include "document/store.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/table.hpp"

namespace millrace::store::postgres {

struct BulkOptions {
  Server server;
  std::chrono::milliseconds timeout{10'000};
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds resolve_max{30'000};
  const Log* log = nullptr;
};

/// Blocks. What is in memory is one batch of the source.
Result<> append_bulk(const Table& table, document::AppendSource& source, const std::function<Instant()>& clock, const BulkOptions& options);

}  // namespace millrace::store::postgres
