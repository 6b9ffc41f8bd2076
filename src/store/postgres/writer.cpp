#include "store/postgres/writer.hpp"

#include <algorithm>

#include "base/id.hpp"
#include "store/postgres/failure.hpp"
#include "store/postgres/new_documents.hpp"

namespace millrace::store::postgres {
namespace {

using document::Append;
using document::IndexedPath;

/// Times that a batch is sent again because the server was busy with others, or the connection ended before anything was written.
constexpr int kAttemptsMax = 5;
constexpr std::chrono::milliseconds kConnectRest{100};  // after a try that failed

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

std::vector<std::span<const Append>> groups_of(std::span<Write* const> batch) {
  std::vector<std::span<const Append>> groups;
  for (const Write* write : batch) groups.emplace_back(write->appends);
  return groups;
}

std::size_t bytes_of(const Write& write) {
  std::size_t bytes = 0;
  for (const Append& append : write.appends) bytes += append.payload.size();
  return bytes;
}

/// Whether the server ended the connection in the middle: what was under way may have been done.
bool is_in_doubt(const Exchange& exchange) {
  return exchange.is_lost || exchange.sql_state.starts_with("57P") || exchange.sql_state.starts_with("08");
}

}  // namespace

Writer::Writer(const Table& table, const std::function<Instant()>& clock, Options options)
    : table_(table), clock_(clock), options_(std::move(options)), queue_(options_.queue), thread_([this] { run(); }) {}

Writer::~Writer() {
  is_ending_ = true;
  queue_.end();
  thread_.join();
}

void Writer::run() {
  while (true) {
    const Queue::Writes writes = queue_.take();
    if (writes.empty()) return;
    for (Batch rest = writes; !rest.empty();) {
      const Batch batch = first_batch(rest);
      commit(batch);
      rest = rest.subspan(batch.size());
    }
    queue_.finish(writes);
    queue_.refuse_late();
  }
}

/// What is to be committed together: no more than the server is told at one time, and a record alone.
Writer::Batch Writer::first_batch(Batch writes) const {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    bytes += bytes_of(*writes[i]);
    const bool is_alone = writes[i]->record != nullptr;
    if (i > 0 && (is_alone || bytes > options_.batch_bytes_max)) return writes.first(i);
    if (is_alone) return writes.first(1);
  }
  return writes;
}

void Writer::give(Batch batch, const Error& error) {
  for (Write* write : batch) write->result = Failure(error);
}

/// Commits what can be committed of the batch, and sets the result of every write of it.
void Writer::commit(Batch batch) {
  for (int attempt = 1;; ++attempt) {
    const Result<bool> tried = try_commit(batch);
    if (tried && *tried) return;
    const Error error = tried ? unreachable() : tried.error();
    const bool is_ours = error.kind == ErrorKind::unprocessable || error.kind == ErrorKind::internal;
    if (!tried && is_ours && batch.size() > 1) {
      // Each alone, so that only those fail that must.
      for (std::size_t i = 0; i < batch.size(); ++i) commit(batch.subspan(i, 1));
      return;
    }
    if (!tried || attempt == kAttemptsMax) return give(batch, error);
    if (queue_.wait_for_end(std::chrono::milliseconds(20 * attempt))) return give(batch, unreachable());
  }
}

/// Gives true when it has set the results, false when the same may succeed if it is tried again.
Result<bool> Writer::try_commit(Batch batch) {
  TRY_OK(connect());
  const auto is_new = [](const Write* write) { return write->record == nullptr && NewDocuments::are(write->appends); };
  return paths_ && std::ranges::all_of(batch, is_new) ? insert(batch) : transact(batch);
}

Result<> Writer::connect() {
  if (session_ && session_->is_open()) return {};
  session_.reset();
  if (std::chrono::steady_clock::now() < retry_at_) return Failure(unreachable());
  auto opened = Session::open(options_.server, options_.log, options_.connect_timeout, first_host_, &is_ending_);
  if (!opened) retry_at_ = std::chrono::steady_clock::now() + kConnectRest;
  if (!opened) return Failure(unreachable());
  session_ = *std::move(opened);
  const Result<> kept = session_->keep_plans(options_.timeout);
  if (!kept) session_.reset();
  return kept;
}

Result<> Writer::exchange(Exchange& exchange) {
  // The server's limit comes first.
  return session_->run(exchange, options_.timeout + std::chrono::seconds(1), &is_ending_);
}

/// Without BEGIN and COMMIT: what is sent together is committed together, when all of it has been done.
Result<bool> Writer::insert(Batch batch) {
  const std::vector<std::span<const Append>> groups = groups_of(batch);
  const std::vector<IndexedPath> paths = *paths_;
  const NewDocuments documents(table_, groups, paths);
  Exchange writing;
  writing.statements.push_back(transaction_limits(options_.timeout));
  documents.write(writing, clock_());
  const Result<> written = exchange(writing);
  if (!written && !is_in_doubt(writing)) return is_transient(writing.sql_state) ? Result<bool>(false) : Failure(written.error());
  std::optional<NewDocuments::Receipts> receipts;
  if (written) {
    receipts = documents.receipts(writing.rows.back());
  } else {
    TRY(const Rows found, look_up([&documents](Exchange& question) { documents.ask_if_written(question); }));
    receipts = documents.receipts(found);
  }
  // A transaction looks which paths there are.
  if (!receipts) return transact(batch);
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i]->result = std::move((*receipts)[i]);
  return true;
}

Result<bool> Writer::transact(Batch batch) {
  TableWrites writes(table_);
  Exchange opening;
  opening.add("BEGIN");
  opening.statements.push_back(transaction_limits(options_.timeout));
  writes.ask(opening, groups_of(batch));
  if (const Result<> opened = exchange(opening); !opened) {
    // Nothing is written yet. The transaction, if there is one, ends with its connection.
    session_.reset();
    if (is_transient(opening.sql_state) || opening.is_lost) return false;
    return Failure(opened.error());
  }
  writes.learn(opening.rows, 2);
  paths_ = writes.paths();
  for (Write* write : batch) write->result = writes.apply(write->appends, clock_());
  return finish(batch, writes);
}

Result<bool> Writer::finish(Batch batch, const TableWrites& writes) {
  Exchange closing;
  writes.write(closing);
  const RecordPut* const record = batch.front()->record;
  if (record != nullptr && batch.front()->result) add_record(closing, *record);
  closing.add("COMMIT");
  const Result<> closed = exchange(closing);
  if (!closed) session_.reset();
  if (closed || !writes.has_versions()) return true;
  if (closing.sql_state == kDivisionByZero && record != nullptr) return Failure(document::revision_differs());
  if (is_in_doubt(closing)) return was_written(writes);
  if (is_transient(closing.sql_state)) return false;
  return Failure(closed.error());
}

/// Whether a commit was made whose answer was lost. The versions themselves tell.
Result<bool> Writer::was_written(const TableWrites& writes) {
  TRY(const Rows count, look_up([&writes](Exchange& question) { writes.ask_if_written(question); }));
  return writes.is_written(count);
}

/// What the second statement of the question gives, as soon as somebody answers.
Result<Rows> Writer::look_up(const std::function<void(Exchange&)>& ask) {
  const auto deadline = std::chrono::steady_clock::now() + options_.resolve_max;
  do {
    Exchange question;
    ask(question);
    if (connect() && exchange(question)) return std::move(question.rows[1]);
  } while (std::chrono::steady_clock::now() < deadline && !queue_.wait_for_end(std::chrono::milliseconds(50)));
  return Failure(unknown_outcome());
}

}  // namespace millrace::store::postgres
