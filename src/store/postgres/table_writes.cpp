#include "store/postgres/table_writes.hpp"

#include <algorithm>
#include <ranges>

namespace millrace::store::postgres {
namespace {

using document::Append;
using document::Operation;
using document::Position;
using document::Receipt;

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

void sort_once(std::vector<std::string>& texts) {
  std::ranges::sort(texts);
  const auto repeated = std::ranges::unique(texts);
  texts.erase(repeated.begin(), repeated.end());
}

std::int64_t number(Position position) {
  return static_cast<std::int64_t>(position);
}

}  // namespace

void TableWrites::ask(Exchange& exchange, const std::vector<std::span<const Append>>& groups) const {
  std::vector<std::string> ids, keys;
  for (const Append& append : groups | std::views::join) {
    if (!append.has_new_id) ids.push_back(stored_text(append.id));
    if (append.idempotency) keys.push_back(stored_text(append.idempotency->key));
  }
  // In order, so that the server's index meets them so.
  sort_once(ids);
  sort_once(keys);
  exchange.add(table_.lock_head);
  exchange.add(table_.select_paths);
  exchange.add(table_.read_newest, Parameters().texts(views(ids)));
  if (!keys.empty()) exchange.add(table_.select_keys, Parameters().texts(views(keys)));
  exchange.keep_plans();
}

void TableWrites::learn(const std::vector<Rows>& rows, std::size_t first) {
  position_ = static_cast<Position>(rows[first].integer(0, 0));
  committed_at_ = recorded_at_ = {rows[first].integer(0, 1)};
  const Rows& paths = rows[first + 1];
  for (int row = 0; row < paths.size(); ++row) {
    paths_.push_back({.number = paths.integer(row, 0), .path = document::path_of(paths.text(row, 1))});
    if (paths.boolean(row, 2)) many_.insert(paths.integer(row, 0));
  }
  learn_versions(rows[first + 2]);
  if (rows.size() > first + 3) learn_keys(rows[first + 3]);
}

void TableWrites::learn_versions(const Rows& rows) {
  for (int row = 0; row < rows.size(); ++row) {
    const Row version(rows, row);
    const document::Envelope envelope = version.envelope();
    Newest& newest = newest_[std::string(version.id())];
    newest.head = {.version = envelope.version, .deleted = envelope.deleted};
    newest.position = envelope.position;
    if (!paths_.empty() && !envelope.deleted) newest.loaded = version.payload();
  }
}

void TableWrites::learn_keys(const Rows& rows) {
  for (int row = 0; row < rows.size(); ++row) {
    keys_[loaded_text(rows.text(row, 0))] = {.fingerprint = std::string(rows.text(row, 1)),
                                             .receipt = {.version = static_cast<std::uint64_t>(rows.integer(row, 3)),
                                                         .position = static_cast<Position>(rows.integer(row, 4)),
                                                         .recorded_at = {rows.integer(row, 5)},
                                                         .repeated = true,
                                                         .id = loaded_text(rows.text(row, 2))}};
  }
}

Result<document::Head> TableWrites::head(const std::string& id) {
  const auto known = newest_.find(id);
  return known == newest_.end() ? document::Head{} : known->second.head;
}

Result<std::optional<document::KeyUse>> TableWrites::key(const std::string& key) {
  const auto known = keys_.find(key);
  if (known == keys_.end()) return std::nullopt;
  return document::KeyUse{.id = known->second.receipt.id, .fingerprint = known->second.fingerprint};
}

Result<std::vector<Receipt>> TableWrites::apply(std::span<const Append> appends, Instant clock) {
  TRY(std::optional<Error> refused, document::refusal(appends, *this));
  if (refused) return Failure(*std::move(refused));
  time_ = document::commit_time(clock, committed_at_);
  std::vector<Receipt> receipts;
  receipts.reserve(appends.size());
  for (const Append& append : appends) receipts.push_back(append_unless_repeated(append));
  return receipts;
}

Receipt TableWrites::append_unless_repeated(const Append& append) {
  if (!append.idempotency) return append_one(append);
  const auto known = keys_.find(append.idempotency->key);
  if (known != keys_.end()) return known->second.receipt;
  const Receipt receipt = append_one(append);
  Key& key = keys_[append.idempotency->key];
  key = {.fingerprint = append.idempotency->fingerprint, .receipt = receipt, .is_new = true};
  key.receipt.repeated = true;
  key.receipt.id = append.id;
  return receipt;
}

Receipt TableWrites::append_one(const Append& append) {
  Newest& newest = newest_[append.id];
  recorded_at_ = append.recorded_after(recorded_at_, time_);
  if (newest.head.version != 0) supersede(newest);
  const Version version{.append = &append, .number = newest.head.version + 1, .position = ++position_, .recorded_at = recorded_at_};
  if (version.deleted()) let_keys_go(append.id);
  newest.head = {.version = version.number, .deleted = version.deleted()};
  newest.position = version.position;
  newest.index = versions_.size();
  versions_.push_back(version);
  return {.version = version.number, .position = version.position, .recorded_at = version.recorded_at};
}

void TableWrites::supersede(Newest& newest) {
  if (newest.index) {
    versions_[*newest.index].superseded_at = recorded_at_;
  } else {
    retired_.push_back({.position = newest.position, .superseded_at = recorded_at_, .payload = std::move(newest.loaded)});
  }
}

void TableWrites::let_keys_go(const std::string& id) {
  released_.push_back(id);
  std::erase_if(keys_, [&id](const auto& entry) { return entry.second.receipt.id == id; });
}

void TableWrites::write(Exchange& exchange) const {
  if (versions_.empty()) return;
  write_versions(exchange);
  if (!paths_.empty()) write_entries(exchange);
  write_keys(exchange);
  exchange.add(table_.move_head, Parameters().integer(number(position_)).integer(recorded_at_.microseconds));
  exchange.keep_plans();
}

void TableWrites::write_versions(Exchange& exchange) const {
  // Before the new ones come, since a document has one newest version.
  if (!retired_.empty()) {
    std::vector<std::int64_t> positions, times;
    for (const Retired& retired : retired_) {
      positions.push_back(number(retired.position));
      times.push_back(retired.superseded_at.microseconds);
    }
    exchange.add(table_.supersede, Parameters().integers(positions).integers(times));
  }
  std::vector<std::int64_t> positions, numbers, recorded, superseded;
  std::vector<std::string> ids;
  std::vector<bool> deleted;
  std::vector<std::string_view> payloads, authors;
  for (const Version& version : versions_) {
    positions.push_back(number(version.position));
    ids.push_back(stored_text(version.append->id));
    numbers.push_back(static_cast<std::int64_t>(version.number));
    recorded.push_back(version.recorded_at.microseconds);
    superseded.push_back(version.superseded_at ? version.superseded_at->microseconds : -1);
    deleted.push_back(version.deleted());
    // A tombstone's payload is JSON as well, so that conditions in SQL can be tried on every row.
    payloads.push_back(version.deleted() ? std::string_view("{}") : version.append->payload);
    authors.push_back(version.append->author);
  }
  Parameters parameters;
  parameters.integers(positions).texts(views(ids)).integers(numbers).integers(recorded).integers(superseded);
  exchange.add(table_.insert_versions, std::move(parameters.booleans(deleted).jsons(payloads).texts(authors)));
}

/// Entries as columns.
struct TableWrites::Entries {
  std::vector<std::int64_t> paths, positions;
  std::vector<std::string> keys;

  /// Whether there are several at the path.
  bool add(const document::IndexedPath& path, std::string_view payload, Position position) {
    std::vector<std::string> found = document::keys_at(path.path, payload);
    for (std::string& key : found) {
      paths.push_back(path.number);
      keys.push_back(std::move(key));
      positions.push_back(number(position));
    }
    return found.size() > 1;
  }

  void run(Exchange& exchange, const std::string& sql) const {
    if (!paths.empty()) exchange.add(sql, Parameters().integers(paths).byte_strings(views(keys)).integers(positions));
  }
};

void TableWrites::write_entries(Exchange& exchange) const {
  Entries newest, past, gone;
  std::set<std::int64_t> many;
  for (const document::IndexedPath& path : paths_) {
    for (const Retired& retired : retired_) {
      if (!retired.payload.empty()) gone.add(path, retired.payload, retired.position);
    }
    for (const Version& version : versions_) {
      if (version.deleted()) continue;
      Entries& entries = version.superseded_at ? past : newest;
      if (entries.add(path, version.append->payload, version.position)) many.insert(path.number);
    }
  }
  std::erase_if(many, [this](std::int64_t path) { return many_.contains(path); });
  gone.run(exchange, table_.delete_entries);
  gone.run(exchange, table_.insert_entries_past);
  past.run(exchange, table_.insert_entries_past);
  newest.run(exchange, table_.insert_entries);
  if (!many.empty()) exchange.add(table_.mark_many, Parameters().integers(std::vector<std::int64_t>(many.begin(), many.end())));
}

void TableWrites::write_keys(Exchange& exchange) const {
  std::vector<std::string> released;
  for (const std::string& id : released_) released.push_back(stored_text(id));
  if (!released.empty()) exchange.add(table_.delete_keys, Parameters().texts(views(released)));
  std::vector<std::string> keys, ids;
  std::vector<std::string_view> fingerprints;
  std::vector<std::int64_t> positions;
  for (const auto& [key, use] : keys_) {
    if (!use.is_new) continue;
    keys.push_back(stored_text(key));
    fingerprints.push_back(use.fingerprint);
    ids.push_back(stored_text(use.receipt.id));
    positions.push_back(number(use.receipt.position));
  }
  if (keys.empty()) return;
  exchange.add(table_.insert_keys, Parameters().texts(views(keys)).byte_strings(fingerprints).texts(views(ids)).integers(positions));
}

void TableWrites::ask_if_written(Exchange& exchange) const {
  std::vector<std::int64_t> positions, numbers, recorded;
  std::vector<std::string> ids;
  for (const Version& version : versions_) {
    positions.push_back(number(version.position));
    ids.push_back(stored_text(version.append->id));
    numbers.push_back(static_cast<std::int64_t>(version.number));
    recorded.push_back(version.recorded_at.microseconds);
  }
  // The lock waits for the end of the transaction that is in doubt, if the server still runs it.
  exchange.add(table_.lock_head);
  exchange.add(table_.count_same, Parameters().integers(positions).texts(views(ids)).integers(numbers).integers(recorded));
}

}  // namespace millrace::store::postgres
