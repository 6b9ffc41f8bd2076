// The ledger of one collection in an SQLite file: read on the calling thread, written by the file's one writer in its commits.
#pragma once

#include "document/ledger.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/table.hpp"

namespace millrace::store::sqlite {

/// The database and the table outlive it.
class SqliteLedger final : public document::Ledger {
 public:
  SqliteLedger(Database& database, const Table& table) : database_(database), table_(table) {}

  Task<document::Record> get(std::string_view name) override;
  Task<std::uint64_t> put(std::string_view name, std::string value, std::uint64_t revision) override;
  Task<std::vector<std::string>> names(std::string_view prefix, std::size_t limit) override;

  const Database& database() const { return database_; }
  const Table& table() const { return table_; }

 private:
  Result<document::Record> read(std::string_view name);
  Result<std::vector<std::string>> read_names(std::string_view prefix, std::size_t limit);

  Database& database_;
  const Table& table_;
};

}  // namespace millrace::store::sqlite
