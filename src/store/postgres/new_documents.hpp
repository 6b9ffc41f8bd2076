// The short way of most writes: creates under ids that were made for them. Nothing has to be asked first, so that one statement takes their
// positions and writes them, and one round trip commits.
//
//   NewDocuments documents(table, batch, paths);
//   documents.write(exchange, clock)
//   documents.receipts(rows)         what the last statement gave
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "document/store.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/table.hpp"

namespace millrace::store::postgres {

class NewDocuments {
 public:
  using Group = std::span<const document::Append>;
  using Receipts = std::vector<std::vector<document::Receipt>>;  // of each group
  /// Whether these can go the short way.
  static bool are(Group appends);

  /// `paths`: all that the table had when last looked at. Table, groups and paths outlive it.
  NewDocuments(const Table& table, std::span<const Group> groups, const std::vector<document::IndexedPath>& paths)
      : table_(table), groups_(groups), paths_(paths) {}

  /// Adds the statements that write them.
  void write(Exchange& exchange, Instant clock) const;
  /// Asks for what write() gives, when its answer was lost.
  void ask_if_written(Exchange& exchange) const;
  /// By what either gave; none when nothing was written, as when the table has other paths.
  std::optional<Receipts> receipts(const Rows& rows) const;

 private:
  std::vector<std::string> ids() const;

  const Table& table_;
  const std::span<const Group> groups_;
  const std::vector<document::IndexedPath>& paths_;
};

}  // namespace millrace::store::postgres
