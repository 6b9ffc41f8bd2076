// Versions by their positions, which is how all that finds documents ends: from what is held, the others by one statement, since each
// statement costs more than what it finds.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/held_versions.hpp"
#include "store/sqlite/table.hpp"

namespace millrace::store::sqlite {

/// Reads one after the other. Requires: one state of the file is seen as long as it lives.
class VersionsAt {
 public:
  /// `positions`: at most kPlacesAtOnce, which outlive it; 0: nothing is there.
  VersionsAt(Connection& connection, const Table& table, std::span<const std::int64_t> positions);

  /// The version at the next of the positions; null when there is none, or reading failed. Lives until the next call, and no longer than
  /// the held state remembers no others. Requires: there is a next one.
  const Version* next();
  bool failed() const { return rows_ && rows_->failed(); }

 private:
  void ask(Connection& connection);
  const Version* next_row(std::int64_t position);

  const Table& table_;
  HeldVersions* const held_;  // null: no state is held
  const std::span<const std::int64_t> positions_;
  std::array<bool, kPlacesAtOnce> is_asked_ = {};
  std::size_t next_ = 0;
  std::optional<Cursor> rows_;  // of those that are asked for
  bool is_read_ = true;         // the row at which it stands
  bool has_row_ = true;
  std::optional<Version> version_;
};

/// The version that the row is. Requires: a row of versions. Views as long as the cursor stands.
Version version_of(const Cursor& row);

}  // namespace millrace::store::sqlite
