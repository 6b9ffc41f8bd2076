// The state of a file that the reads of a loop share while nothing is written.
//
// A read of SQLite takes and gives back a lock of the system's, and the first read of a request asks when the last version was recorded.
// Where a loop reads again and again and nobody writes, one transaction serves all of its reads. Whether something was committed since, by
// whatever process, is told by the header of the WAL index (sqlite.org/walformat.html, section 2.1), which is in shared memory: looking at
// it costs nothing. Amid writes each read has its own transaction, since one that is held keeps the log from beginning anew.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/instant.hpp"
#include "store/sqlite/held_versions.hpp"

struct sqlite3;

namespace millrace::store::sqlite {

class Connection;

/// Of one connection, on its thread. It lives as long as the connection.
class HeldState {
 public:
  HeldState(Connection& connection, sqlite3* handle) : connection_(connection), handle_(handle) {}

  /// Before each read: what was committed until now is seen by it. `owner` keeps the connection alive.
  void refresh(const std::weak_ptr<const void>& owner);
  /// Whether the state that is read is held: then what was remembered of it holds.
  bool is_held() const;

  /// When the last version of a table was recorded in the state that is held; nothing when nobody has remembered it.
  std::optional<Instant> recorded(const void* table) const;
  /// Requires: is_held().
  void remember(const void* table, Instant recorded) { recorded_.emplace_back(table, recorded); }
  /// The versions that were read in the state that is held; null when none is.
  HeldVersions* versions() { return is_held() ? &versions_ : nullptr; }

 private:
  using Header = std::array<std::uint32_t, 12>;

  std::optional<Header> header();
  void hold(const std::weak_ptr<const void>& owner);
  void release();
  void check_later(std::weak_ptr<const void> owner);

  Connection& connection_;
  sqlite3* const handle_;
  volatile std::uint32_t* index_ = nullptr;  // the WAL index; SQLite's, as long as the connection lives
  Header seen_ = {};
  bool holds_ = false;
  int quiet_ = 0;         // reads since the header last changed
  bool is_used_ = false;  // since the last look
  bool will_look_ = false;
  std::vector<std::pair<const void*, Instant>> recorded_;
  HeldVersions versions_;
};

}  // namespace millrace::store::sqlite
