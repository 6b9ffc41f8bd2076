#include "store/sqlite/transaction.hpp"

#include <algorithm>
#include <memory>

#include "base/hash.hpp"
#include "document/admission.hpp"
#include "store/sqlite/entries.hpp"

namespace millrace::store::sqlite {
namespace {

using document::Append;
using document::Operation;
using document::Position;
using document::Receipt;

/// The newest version of a document, as this transaction sees it.
struct Newest {
  document::Head head;
  Position position = 0;
  std::string loaded;                // its payload, when it was there before this transaction
  const Append* appended = nullptr;  // else where its payload is

  std::string_view payload() const { return appended != nullptr ? appended->payload : loaded; }
};

/// One collection within one transaction.
class TableWrites : private document::Held {
 public:
  TableWrites(Connection& connection, const Table& table) : connection_(connection), table_(table) {}

  const Table& table() const { return table_; }

  /// Where the collection stands. Other processes may have written since the last transaction, so nothing is kept between two.
  Result<> begin() {
    TRY(paths_, read_paths(connection_, table_));
    Cursor last = connection_.use(table_.last);
    if (last.next()) {
      position_ = static_cast<Position>(last.integer(0));
      committed_at_ = recorded_at_ = {last.integer(1)};
    }
    if (last.failed()) return Failure(connection_.failure());
    return {};
  }

  /// Appends all, or refuses all in the inner result. An outer error means that SQLite failed.
  Result<Result<std::vector<Receipt>>> apply(const std::vector<Append>& appends, const Clock& clock) {
    TRY(std::optional<Error> refused, document::refusal(appends, *this));
    if (refused) return Result<std::vector<Receipt>>(Failure(*std::move(refused)));
    time_ = document::commit_time(clock(), committed_at_);
    std::vector<Receipt> receipts;
    receipts.reserve(appends.size());
    for (const Append& append : appends) {
      TRY(Receipt receipt, append_unless_repeated(append));
      receipts.push_back(std::move(receipt));
    }
    return Result<std::vector<Receipt>>(std::move(receipts));
  }

  /// Appends batch after batch. The error is the source's, a refusal, or SQLite's.
  Result<> apply_source(Write& write, const std::function<void()>& between) {
    std::size_t index = 0;
    while (true) {
      TRY(const std::vector<Append> batch, write.source->next());
      if (batch.empty()) return {};
      TRY(auto receipts, apply(batch, *write.clock));
      if (!receipts) return Failure(document::counted_from(index, std::move(receipts).error()));
      write.source->appended(*receipts);
      newest_.clear();  // it is all in the table, and what it points to ends here
      index += batch.size();
      between();
    }
  }

 private:
  Result<document::Head> head(const std::string& id) override {
    TRY(const Newest* newest, this->newest(id));
    return newest->head;
  }

  Result<std::optional<document::KeyUse>> key(const std::string& key) override {
    Cursor row = connection_.use(table_.first_use);
    std::optional<document::KeyUse> use;
    if (row.text(1, key).next()) use.emplace(std::string(row.text(1)), std::string(row.text(0)));
    if (row.failed()) return Failure(connection_.failure());
    return use;
  }

  /// What the first create under the key was told, or nothing when this one is the first.
  Result<std::optional<Receipt>> earlier_receipt(const std::string& key) {
    Cursor row = connection_.use(table_.first_use);
    std::optional<Receipt> receipt;
    if (row.text(1, key).next()) {
      receipt = Receipt{.version = static_cast<std::uint64_t>(row.integer(2)),
                        .position = static_cast<Position>(row.integer(3)),
                        .recorded_at = {row.integer(4)},
                        .repeated = true,
                        .id = std::string(row.text(1))};
    }
    if (row.failed()) return Failure(connection_.failure());
    return receipt;
  }

  Result<> take_key(const Append& append, Position position) {
    Cursor insert = connection_.use(table_.insert_key);
    insert.text(1, append.idempotency->key).blob(2, append.idempotency->fingerprint).text(3, append.id);
    insert.integer(4, static_cast<std::int64_t>(position)).next();
    if (insert.failed()) return Failure(connection_.failure());
    return {};
  }

  Result<> let_keys_go(const std::string& id) {
    Cursor remove = connection_.use(table_.delete_keys);
    remove.text(1, id).next();
    if (remove.failed()) return Failure(connection_.failure());
    return {};
  }

  Result<Newest*> newest(const std::string& id) {
    const auto [known, is_new] = newest_.try_emplace(id);
    Newest& newest = known->second;
    if (!is_new) return &newest;
    Cursor row = connection_.use(table_.read_newest);
    if (row.text(1, id).next()) {
      newest.head = {.version = static_cast<std::uint64_t>(row.integer(kVersion)), .deleted = row.integer(kDeleted) != 0};
      newest.position = static_cast<Position>(row.integer(kPosition));
      if (!paths_.empty()) newest.loaded = row.text(kPayload);
    }
    if (row.failed()) return Failure(connection_.failure());
    return &newest;
  }

  Result<Receipt> append_unless_repeated(const Append& append) {
    if (!append.idempotency) return append_one(append);
    TRY(std::optional<Receipt> earlier, earlier_receipt(append.idempotency->key));
    if (earlier) return *std::move(earlier);
    TRY(Receipt receipt, append_one(append));
    TRY_OK(take_key(append, receipt.position));
    return receipt;
  }

  Result<Receipt> append_one(const Append& append) {
    Newest* newest = append.has_new_id ? &newest_[append.id] : nullptr;
    if (newest == nullptr) {
      TRY(newest, this->newest(append.id));
    }
    recorded_at_ = append.recorded_after(recorded_at_, time_);
    if (newest->head.version != 0) TRY_OK(supersede(*newest));
    const Receipt receipt{.version = newest->head.version + 1, .position = ++position_, .recorded_at = recorded_at_};
    const bool deleted = append.operation == Operation::remove;
    TRY_OK(insert(append, receipt, deleted));
    if (deleted) TRY_OK(let_keys_go(append.id));
    if (!deleted) TRY_OK(add_entries(connection_, table_, paths_, append.payload, receipt.position, false));
    newest->head = {.version = receipt.version, .deleted = deleted};
    newest->position = receipt.position;
    newest->appended = &append;
    return receipt;
  }

  Result<> supersede(const Newest& newest) {
    Cursor update = connection_.use(table_.supersede);
    update.integer(1, static_cast<std::int64_t>(newest.position)).integer(2, recorded_at_.microseconds).next();
    if (update.failed()) return Failure(connection_.failure());
    if (newest.head.deleted) return {};
    return retire_entries(connection_, table_, paths_, newest.payload(), newest.position);
  }

  Result<> insert(const Append& append, const Receipt& receipt, bool deleted) {
    Cursor insert = connection_.use(table_.insert_version);
    insert.integer(1, static_cast<std::int64_t>(receipt.position)).text(2, append.id);
    insert.integer(3, static_cast<std::int64_t>(receipt.version)).integer(4, receipt.recorded_at.microseconds);
    // A tombstone's payload is JSON as well, so that conditions in SQL can be tried on every row.
    insert.integer(5, deleted ? 1 : 0).text(6, deleted ? "{}" : std::string_view(append.payload));
    append.author.empty() ? insert.null(7) : insert.text(7, append.author);
    insert.next();
    if (insert.failed()) return Failure(connection_.failure());
    return {};
  }

  Connection& connection_;
  const Table& table_;
  std::vector<document::IndexedPath> paths_;
  Position position_ = 0;
  Instant committed_at_;  // of the last version that was there before
  Instant recorded_at_;
  Instant time_;
  TextMap<Newest> newest_;
};

/// The collections that one transaction writes.
class Tables {
 public:
  explicit Tables(Connection& connection) : connection_(connection) {}

  Result<TableWrites*> of(const Table& table) {
    // Two stores may have a Table each for one collection: it is the name that tells them apart.
    for (const auto& begun : tables_) {
      if (begun->table().collection == table.collection) return begun.get();
    }
    TableWrites& added = *tables_.emplace_back(std::make_unique<TableWrites>(connection_, table));
    TRY_OK(added.begin());
    return &added;
  }

 private:
  Connection& connection_;
  std::vector<std::unique_ptr<TableWrites>> tables_;
};

/// Writes the record, or refuses it in the inner result. An outer error means that SQLite failed.
Result<Result<std::vector<Receipt>>> put_record(Connection& connection, const RecordWrite& record) {
  const Table& table = *record.table;
  Cursor row = connection.use(record.revision == 0 ? table.insert_record : table.update_record);
  row.blob(1, record.name).blob(2, record.value);
  if (record.revision != 0) row.integer(3, static_cast<std::int64_t>(record.revision));
  Result<std::vector<Receipt>> result = Failure(document::revision_differs());
  if (row.next()) result = std::vector<Receipt>{{.version = static_cast<std::uint64_t>(row.integer(0))}};
  while (!row.failed() && row.next()) continue;  // a statement that returns rows has ended with the last of them
  if (row.failed()) return Failure(connection.failure());
  return result;
}

/// The record first: what refuses the appends afterwards has written nothing, so that there is the record alone to undo.
Result<> apply_with_record(Connection& connection, Write& write, Tables& tables) {
  const bool has_appends = !write.appends.empty();
  if (has_appends) TRY_OK(connection.run("SAVEPOINT record"));
  TRY(write.result, put_record(connection, *write.record));
  if (!has_appends) return {};
  if (write.result) {
    TRY(TableWrites* const table, tables.of(*write.table));
    TRY(write.result, table->apply(write.appends, *write.clock));
    if (!write.result) TRY_OK(connection.run("ROLLBACK TO record"));
  }
  return connection.run("RELEASE record");
}

Result<> apply_all(Connection& connection, std::span<Write* const> writes) {
  Tables tables(connection);
  for (Write* write : writes) {
    if (write->record != nullptr) {
      TRY_OK(apply_with_record(connection, *write, tables));
      continue;
    }
    TRY(TableWrites* const table, tables.of(*write->table));
    TRY(write->result, table->apply(write->appends, *write->clock));
  }
  return connection.run("COMMIT");
}

Result<> commit_together(Connection& connection, std::span<Write* const> writes) {
  TRY_OK(connection.run("BEGIN IMMEDIATE"));
  Result<> committed = apply_all(connection, writes);
  if (!committed) connection.roll_back();
  return committed;
}

Result<> commit_alone(Connection& connection, Write& write, const std::function<void()>& between) {
  TRY_OK(connection.run("BEGIN IMMEDIATE"));
  TableWrites table(connection, *write.table);
  Result<> committed = table.begin();
  if (committed) committed = table.apply_source(write, between);
  if (committed) committed = connection.run("COMMIT");
  if (!committed) connection.roll_back();
  return committed;
}

}  // namespace

void commit_source(Connection& connection, Write& write, const std::function<void()>& between) {
  const Result<> committed = commit_alone(connection, write, between);
  write.result = committed ? Result<std::vector<Receipt>>() : Failure(committed.error());
}

void commit_writes(Connection& connection, std::span<Write* const> writes) {
  const Result<> committed = commit_together(connection, writes);
  if (committed) return;
  const bool may_succeed_alone = writes.size() > 1 && committed.error().code != "store.busy";
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (may_succeed_alone) {
      commit_writes(connection, writes.subspan(i, 1));
    } else {
      writes[i]->result = Failure(committed.error());
    }
  }
}

}  // namespace millrace::store::sqlite
