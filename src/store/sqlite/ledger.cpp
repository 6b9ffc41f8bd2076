#include "store/sqlite/ledger.hpp"

#include <algorithm>
#include <limits>

namespace millrace::store::sqlite {

using document::Record;

Task<Record> SqliteLedger::get(std::string_view name) {
  co_return read(name);
}

Task<std::uint64_t> SqliteLedger::put(std::string_view name, std::string value, std::uint64_t revision) {
  CO_TRY_OK(document::check_record(value));
  const RecordWrite record{.table = &table_, .name = name, .value = value, .revision = revision};
  Write write{{}, nullptr, nullptr, &record};
  if (!database_.writer().push(write))
    co_return Failure(Error{ErrorKind::overloaded, "overloaded.writes", "The storage is busy: too many writes wait already."});
  const Result<std::vector<document::Receipt>> result = co_await write.completion;
  if (!result) co_return Failure(result.error());
  co_return result->front().version;
}

Task<std::vector<std::string>> SqliteLedger::names(std::string_view prefix, std::size_t limit) {
  co_return read_names(prefix, limit);
}

Result<Record> SqliteLedger::read(std::string_view name) {
  TRY(Connection* const connection, database_.reader());
  Cursor row = connection->use(table_.read_record);
  Record record;
  if (row.blob(1, name).next()) record = {std::string(row.text(0)), static_cast<std::uint64_t>(row.integer(1))};
  if (row.failed()) return Failure(connection->failure());
  return record;
}

Result<std::vector<std::string>> SqliteLedger::read_names(std::string_view prefix, std::size_t limit) {
  TRY(Connection* const connection, database_.reader());
  Cursor rows = connection->use(table_.record_names);
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  rows.blob(1, prefix).integer(2, static_cast<std::int64_t>(std::min(limit, kMost)));
  std::vector<std::string> names;
  while (rows.next()) names.emplace_back(rows.text(0));
  if (rows.failed()) return Failure(connection->failure());
  return names;
}

}  // namespace millrace::store::sqlite
