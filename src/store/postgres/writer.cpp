#include "store/postgres/writer.hpp"

#include <algorithm>

#include "base/id.hpp"
#include "store/postgres/failure.hpp"

namespace millrace::store::postgres {
namespace {

using document::Receipt;
using Results = std::vector<Result<std::vector<Receipt>>>;

/// Times that a batch is sent again because the server was busy with others, or the connection ended before anything was written.
constexpr int kAttemptsMax = 5;

constexpr std::string_view kDivisionByZero = "22012";

/// Puts the record and fails, by a division by zero, where it is not ours then.
void add_record(Exchange& exchange, const RecordPut& record) {
  const std::string writer = make_uuid7();
  Parameters put;
  put.bytes(record.name).bytes(record.value).text(writer);
  if (record.revision != 0) put.integer(record.revision);
  exchange.add(record.revision == 0 ? record.table->insert_record : record.table->update_record, std::move(put));
  exchange.add(record.table->insist_record, std::move(Parameters().bytes(record.name).text(writer)));
}

std::size_t bytes_of(const Write& write) {
  std::size_t bytes = 0;
  for (const document::Append& append : write.appends) bytes += append.payload.size();
  return bytes;
}

/// Whether the server ended the connection in the middle: what was under way may have been done.
bool is_in_doubt(const Exchange& exchange) {
  return exchange.is_lost || exchange.sql_state.starts_with("57P") || exchange.sql_state.starts_with("08");
}

}  // namespace

bool Writer::push(Write& write) {
  // A write larger than the whole queue is taken when nothing waits: it could never be otherwise.
  if (queued_ > 0 && queued_ + write.appends.size() > limits_.queue_max) return false;
  write.queued = std::chrono::steady_clock::now();
  queue_.push_back(&write);
  queued_ += write.appends.size();
  if (is_running_) return true;
  is_running_ = true;
  // Later in this turn of the loop, when others that are ready now have come as well.
  io::Loop::current()->post([self = shared_from_this()] { start(run(self), [](const Result<>&) {}); });
  return true;
}

Task<void> Writer::run(std::shared_ptr<Writer> self) {
  while (!self->queue_.empty()) {
    self->refuse_late();
    Batch batch = self->take();
    if (batch.empty()) break;
    Result<> committed = co_await self->commit(std::move(batch));
    (void)committed;  // every write has its own result
  }
  self->is_running_ = false;
  co_return {};
}

Writer::Batch Writer::take() {
  Batch batch;
  std::size_t appends = 0;
  std::size_t bytes = 0;
  while (!queue_.empty()) {
    const std::size_t size = queue_.front()->appends.size();
    bytes += bytes_of(*queue_.front());
    const bool is_alone = queue_.front()->record != nullptr;
    if (!batch.empty() && (is_alone || appends + size > limits_.batch_max || bytes > limits_.batch_bytes_max)) break;
    batch.push_back(queue_.front());
    queue_.pop_front();
    appends += size;
    if (is_alone) break;
  }
  queued_ -= appends;
  return batch;
}

void Writer::refuse_late() {
  Batch late;
  const auto latest = std::chrono::steady_clock::now() - limits_.wait_max;
  for (; !queue_.empty() && queue_.front()->queued < latest; queue_.pop_front()) {
    late.push_back(queue_.front());
    queued_ -= queue_.front()->appends.size();
  }
  complete(late, {ErrorKind::overloaded, "overloaded.writes", "The storage is busy: a long write is under way."});
}

void Writer::complete(const Batch& batch, Results results) {
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i]->completion.complete(std::move(results[i]));
}

void Writer::complete(const Batch& batch, const Error& error) {
  for (Write* write : batch) write->completion.complete(Failure(error));
}

/// Commits what can be committed of the batch, and completes every write of it.
Task<void> Writer::commit(Batch batch) {
  for (int attempt = 1;; ++attempt) {
    Result<bool> tried = co_await try_commit(batch);
    if (tried && *tried) co_return {};
    const Error error = tried ? unreachable() : tried.error();
    const bool is_ours = error.kind == ErrorKind::unprocessable || error.kind == ErrorKind::internal;
    if (!tried && is_ours && batch.size() > 1) {
      auto each = co_await commit_each(std::move(batch));
      co_return each;
    }
    if (!tried || attempt == kAttemptsMax) {
      complete(batch, error);
      co_return {};
    }
    auto paused = co_await io::pause(std::chrono::milliseconds(20 * attempt));
    (void)paused;
  }
}

/// Each write alone, so that only those fail that must.
Task<void> Writer::commit_each(Batch batch) {
  for (Write* write : batch) {
    Batch one = {write};
    auto committed = co_await commit(std::move(one));
    (void)committed;
  }
  co_return {};
}

/// Gives true when it has completed the writes, false when the same may succeed if it is tried again.
Task<bool> Writer::try_commit(const Batch& batch) {
  TableWrites writes(table_);
  std::vector<std::span<const document::Append>> groups;
  for (const Write* write : batch) groups.emplace_back(write->appends);
  Exchange opening;
  opening.add("BEGIN");
  opening.statements.push_back(transaction_limits(limits_.timeout));
  writes.ask(opening, groups);
  auto opened = co_await link_->run(opening);
  if (!opened) {
    // Nothing is written yet. The transaction, if there is one, ends with its connection.
    link_->reset();
    if (is_transient(opening.sql_state) || opening.is_lost) co_return false;
    co_return Failure(opened.error());
  }
  const std::uint64_t generation = link_->generation();
  writes.learn(opening.rows, 2);
  Results results;
  for (const Write* write : batch) results.push_back(writes.apply(write->appends, clock_()));
  Result<bool> finished = co_await finish(batch, writes, std::move(results), generation);
  co_return finished;
}

Task<bool> Writer::finish(const Batch& batch, TableWrites& writes, Results results, std::uint64_t generation) {
  Exchange closing;
  writes.write(closing);
  const RecordPut* const record = batch.front()->record;
  if (record != nullptr && results.front()) add_record(closing, *record);
  closing.add("COMMIT");
  auto closed = co_await link_->run(closing, generation);
  if (!closed) link_->reset();
  if (!closed && writes.has_versions()) {
    const bool in_doubt = is_in_doubt(closing);
    const bool again = is_transient(closing.sql_state);
    if (closing.sql_state == kDivisionByZero && record != nullptr) co_return Failure(document::revision_differs());
    if (!in_doubt && again) co_return false;
    if (!in_doubt) co_return Failure(closed.error());
    CO_TRY(const bool written, co_await was_written(writes));
    if (!written) co_return false;
  }
  complete(batch, std::move(results));
  co_return true;
}

/// Whether a commit was made whose answer was lost. The versions themselves tell.
Task<bool> Writer::was_written(const TableWrites& writes) {
  const auto deadline = std::chrono::steady_clock::now() + limits_.resolve_max;
  while (std::chrono::steady_clock::now() < deadline) {
    Exchange question;
    writes.ask_if_written(question);
    auto answered = co_await link_->run(question);
    if (answered) co_return writes.is_written(question.rows[1]);
    auto paused = co_await io::pause(std::chrono::milliseconds(50));
    (void)paused;
  }
  co_return Failure(unknown_outcome());
}

}  // namespace millrace::store::postgres
