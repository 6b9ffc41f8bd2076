// What one transaction does to a table: asks what it must know, decides, and says what is to be written. It sends nothing itself.
//
//   TableWrites writes(table);
//   writes.ask(exchange, appends)   what is to be asked, under the lock of the head row
//   writes.learn(exchange.rows)     what the answers were
//   writes.apply(group)             as often as there are groups
//   writes.write(exchange)          what all of them come to
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "document/admission.hpp"
#include "document/store.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/table.hpp"

namespace millrace::store::postgres {

class TableWrites : private document::Held {
 public:
  /// The table outlives it, and so do all appends.
  explicit TableWrites(const Table& table) : table_(table) {}

  /// Adds the questions that these appends raise. The first locks the head row.
  void ask(Exchange& exchange, const std::vector<std::span<const document::Append>>& groups) const;
  /// Takes the answers, which begin at `first`.
  void learn(const std::vector<Rows>& rows, std::size_t first);
  /// Appends all, or refuses all.
  Result<std::vector<document::Receipt>> apply(std::span<const document::Append> appends, Instant time);
  /// Adds the statements that write what was applied; none when nothing was.
  void write(Exchange& exchange) const;
  /// Asks whether it was written, by those versions: see is_written().
  void ask_if_written(Exchange& exchange) const;
  bool is_written(const Rows& count) const { return count.integer(0, 0) == static_cast<std::int64_t>(versions_.size()); }
  bool has_versions() const { return !versions_.empty(); }
  /// All that the table has, by learn().
  const std::vector<document::IndexedPath>& paths() const { return paths_; }

 private:
  /// A version that is new.
  struct Version {
    const document::Append* append = nullptr;
    std::uint64_t number = 0;
    document::Position position = 0;
    Instant recorded_at;
    std::optional<Instant> superseded_at = {};  // by a later one of this transaction

    bool deleted() const { return append->operation == document::Operation::remove; }
  };
  /// The newest version of a document.
  struct Newest {
    document::Head head;
    document::Position position = 0;
    std::string loaded;                     // its payload, when it was there before
    std::optional<std::size_t> index = {};  // else which of versions_ it is
  };
  struct Key {
    std::string fingerprint;
    document::Receipt receipt;  // as for a repeat
    bool is_new = false;
  };
  /// A version of before that is superseded.
  struct Retired {
    document::Position position = 0;
    Instant superseded_at;
    std::string payload;  // empty for a tombstone
  };
  struct Entries;

  Result<document::Head> head(const std::string& id) override;
  Result<std::optional<document::KeyUse>> key(const std::string& key) override;
  void learn_versions(const Rows& rows);
  void learn_keys(const Rows& rows);
  document::Receipt append_unless_repeated(const document::Append& append);
  document::Receipt append_one(const document::Append& append);
  void supersede(Newest& newest);
  void let_keys_go(const std::string& id);
  void write_versions(Exchange& exchange) const;
  void write_entries(Exchange& exchange) const;
  void write_keys(Exchange& exchange) const;

  const Table& table_;
  document::Position position_ = 0;
  Instant committed_at_;  // of the last version that was there before
  Instant recorded_at_;
  Instant time_;
  std::vector<document::IndexedPath> paths_;
  std::set<std::int64_t> many_;  // paths that had several values before
  TextMap<Newest> newest_;
  TextMap<Key> keys_;
  std::vector<Version> versions_;
  std::vector<Retired> retired_;
  std::vector<std::string> released_;  // documents whose keys are let go
};

}  // namespace millrace::store::postgres
