#include "store/postgres/ledger.hpp"

#include <algorithm>

#include "base/id.hpp"
#include "store/postgres/failure.hpp"

namespace millrace::store::postgres {

using document::Record;

namespace {

/// What a look at the record tells about our write. Overtaken: others wrote after the one that it could have been.
enum class Fate : std::uint8_t { written, refused, overtaken };

Fate fate(const Rows& rows, std::int64_t revision, std::string_view writer) {
  const std::int64_t there = rows.size() == 0 ? 0 : rows.integer(0, 0);
  if (there == revision + 1) return rows.text(0, 1) == writer ? Fate::written : Fate::refused;
  return there > revision + 1 ? Fate::overtaken : Fate::refused;
}

bool may_come_again(const Exchange& exchange) {
  return exchange.is_lost || is_transient(exchange.sql_state);
}

}  // namespace

Task<Record> PostgresLedger::get(std::string_view name) {
  CO_TRY(const std::shared_ptr<Lane> lane, co_await lane_());
  const Statement reading{.sql = table_.read_record, .parameters = std::move(Parameters().bytes(name))};
  CO_TRY(const Rows rows, co_await lane->ask(reading));
  if (rows.size() == 0) co_return Record();
  co_return Record{std::string(rows.text(0, 0)), static_cast<std::uint64_t>(rows.integer(0, 1))};
}

/// Sent together these are one transaction: it writes, and tells who has.
Exchange PostgresLedger::writing(std::string_view name, std::string_view value, std::int64_t revision, std::string_view writer,
                                 std::chrono::milliseconds timeout) const {
  Exchange exchange;
  exchange.statements.push_back(transaction_limits(timeout));
  Parameters parameters;
  parameters.bytes(name).bytes(value).text(writer);
  if (revision != 0) parameters.integer(revision);
  exchange.add(revision == 0 ? table_.insert_record : table_.update_record, std::move(parameters));
  exchange.add(table_.look_record, std::move(Parameters().bytes(name)));
  return exchange;
}

Task<std::uint64_t> PostgresLedger::put(std::string_view name, std::string value, std::uint64_t revision) {
  CO_TRY_OK(document::check_record(value));
  CO_TRY(const std::shared_ptr<Lane> lane, co_await lane_());
  if (revision > INT64_MAX - 1) co_return Failure(document::revision_differs());
  const auto before = static_cast<std::int64_t>(revision);
  const std::string writer = make_uuid7();
  const auto deadline = std::chrono::steady_clock::now() + resolve_max_;
  // It is sent again when its answer was lost: it changes nothing the second time, and then tells what became of it.
  for (bool in_doubt = false;;) {
    Exchange exchange = writing(name, value, before, writer, lane->timeout());
    const Result<> answered = co_await lane->ledger().run(exchange);
    if (answered) {
      const Fate found = fate(exchange.rows[2], before, writer);
      if (found == Fate::written) co_return revision + 1;
      if (found == Fate::overtaken && in_doubt) co_return Failure(unknown_outcome());
      co_return Failure(document::revision_differs());
    }
    in_doubt |= exchange.is_lost || exchange.sql_state.starts_with("57P") || exchange.sql_state.starts_with("08");
    if (!in_doubt && !may_come_again(exchange)) co_return Failure(answered.error());
    if (std::chrono::steady_clock::now() > deadline) co_return Failure(in_doubt ? unknown_outcome() : answered.error());
    Result<> paused = co_await io::pause(std::chrono::milliseconds(50));
    (void)paused;
  }
}

Task<std::vector<std::string>> PostgresLedger::names(std::string_view prefix, std::size_t limit) {
  CO_TRY(const std::shared_ptr<Lane> lane, co_await lane_());
  Statement reading{.sql = table_.record_names, .parameters = {}};
  reading.parameters.bytes(prefix).integer(static_cast<std::int64_t>(std::min<std::uint64_t>(limit, INT64_MAX)));
  CO_TRY(const Rows rows, co_await lane->ask(reading));
  std::vector<std::string> names;
  for (int row = 0; row < rows.size(); ++row) names.emplace_back(rows.text(row, 0));
  co_return std::move(names);
}

}  // namespace millrace::store::postgres
