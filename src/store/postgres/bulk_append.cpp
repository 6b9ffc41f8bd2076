#include "store/postgres/bulk_append.hpp"

#include <optional>

#include "document/admission.hpp"
#include "store/postgres/table_writes.hpp"

namespace millrace::store::postgres {
namespace {

using document::Append;
using document::Receipt;

class Bulk {
 public:
  Bulk(const Table& table, const std::function<Instant()>& clock, const BulkOptions& options)
      : table_(table), clock_(clock), options_(options) {}

  Result<> run(document::AppendSource& source) {
    TRY(session_, Session::open(options_.server, options_.log, options_.connect_timeout));
    TRY_OK(session_->keep_plans(options_.timeout));
    Exchange begin;
    begin.add("BEGIN");
    // Between two batches the source may take its time.
    begin.statements.push_back(transaction_limits(options_.timeout * 30));
    TRY_OK(session_->run(begin, options_.timeout));
    std::size_t index = 0;
    while (true) {
      TRY(std::vector<Append> batch, source.next());
      if (batch.empty()) break;
      TRY_OK(append(batch, source, index));
      index += batch.size();
    }
    return commit();
  }

 private:
  Result<> append(std::vector<Append>& batch, document::AppendSource& source, std::size_t index) {
    TableWrites writes(table_);
    Exchange question;
    writes.ask(question, {std::span<const Append>(batch)});
    TRY_OK(session_->run(question, options_.timeout));
    writes.learn(question.rows, 0);
    auto receipts = writes.apply(batch, clock_());
    if (!receipts) return Failure(document::counted_from(index, std::move(receipts).error()));
    Exchange writing;
    writes.write(writing);
    TRY_OK(session_->run(writing, options_.timeout));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (!(*receipts)[i].repeated) last_ = Last{(*receipts)[i], stored_text(batch[i].id)};
    }
    source.appended(*receipts);
    return {};
  }

  Result<> commit() {
    Exchange commit;
    commit.add("COMMIT");
    const Result<> committed = session_->run(commit, options_.timeout);
    if (committed || !last_) return committed;
    if (!commit.is_lost && !commit.sql_state.starts_with("57P")) return committed;
    TRY(const bool is_there, was_written());
    return is_there ? Result<>() : committed;
  }

  /// Whether the commit was made, when its answer was lost: its last version tells for all.
  Result<bool> was_written() {
    const auto deadline = std::chrono::steady_clock::now() + options_.resolve_max;
    while (std::chrono::steady_clock::now() < deadline) {
      auto session = Session::open(options_.server, options_.log, options_.connect_timeout);
      Exchange question;
      const std::vector<std::int64_t> positions = {static_cast<std::int64_t>(last_->receipt.position)};
      const std::vector<std::int64_t> versions = {static_cast<std::int64_t>(last_->receipt.version)};
      const std::vector<std::int64_t> times = {last_->receipt.recorded_at.microseconds};
      const std::vector<std::string_view> ids = {last_->id};
      question.add(table_.lock_head);
      question.add(table_.count_same, Parameters().integers(positions).texts(ids).integers(versions).integers(times));
      if (session && (*session)->run(question, options_.timeout)) return question.rows[1].integer(0, 0) == 1;
      Session::pause(std::chrono::milliseconds(200));
    }
    return Failure(unknown_outcome());
  }

  struct Last {
    Receipt receipt;
    std::string id;
  };
  const Table& table_;
  const std::function<Instant()>& clock_;
  const BulkOptions& options_;
  std::unique_ptr<Session> session_;
  std::optional<Last> last_;
};

}  // namespace

Result<> append_bulk(const Table& table, document::AppendSource& source, const std::function<Instant()>& clock,
                     const BulkOptions& options) {
  return Bulk(table, clock, options).run(source);
}

}  // namespace millrace::store::postgres
