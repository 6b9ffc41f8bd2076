// The ledger of one collection in PostgreSQL: a table of its own, each record written by one statement that asks for its revision.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "document/ledger.hpp"
#include "store/postgres/lane.hpp"
#include "store/postgres/table.hpp"

namespace millrace::store::postgres {

class PostgresLedger final : public document::Ledger {
 public:
  /// The lane of the calling loop, when the tables are there.
  using ReadyLane = std::function<Task<std::shared_ptr<Lane>>()>;
  /// `resolve_max`: how long the fate of a write is looked for whose answer was lost. The table outlives it.
  PostgresLedger(const Table& table, std::string place, ReadyLane lane, std::chrono::milliseconds resolve_max)
      : table_(table), place_(std::move(place)), lane_(std::move(lane)), resolve_max_(resolve_max) {}

  Task<document::Record> get(std::string_view name) override;
  Task<std::uint64_t> put(std::string_view name, std::string value, std::uint64_t revision) override;
  Task<std::vector<std::string>> names(std::string_view prefix, std::size_t limit) override;

  const Table& table() const { return table_; }
  /// What tells its database from others.
  const std::string& place() const { return place_; }

 private:
  Exchange writing(std::string_view name, std::string_view value, std::int64_t revision, std::string_view writer,
                   std::chrono::milliseconds timeout) const;

  const Table& table_;
  const std::string place_;
  const ReadyLane lane_;
  const std::chrono::milliseconds resolve_max_;
};

}  // namespace millrace::store::postgres
