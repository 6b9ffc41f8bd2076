#include "store/sqlite/held_state.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "io/loop.hpp"
#include "store/sqlite/connection.hpp"

namespace millrace::store::sqlite {
namespace {

/// Reads in a row before which nothing was committed: then a state is held.
constexpr int kQuietReads = 16;

/// A state that nobody reads is held no longer than twice this, so that it is not in the way of who checkpoints or copies the file.
constexpr std::chrono::milliseconds kIdle{100};

/// The first page of the WAL index, in shared memory; null before it is there. SQLite holds on to it until the connection is closed.
volatile std::uint32_t* map_index(sqlite3* handle) {
  constexpr int kIndexPage = 32 * 1024;
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file)) != SQLITE_OK) return nullptr;
  if (file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2) return nullptr;
  volatile void* mapped = nullptr;
  if (file->pMethods->xShmMap(file, 0, kIndexPage, 0, &mapped) != SQLITE_OK) return nullptr;
  return static_cast<volatile std::uint32_t*>(mapped);
}

}  // namespace

bool HeldState::is_held() const {
  return holds_ && sqlite3_get_autocommit(handle_) == 0;  // SQLite ends a transaction by itself when reading fails
}

/// As it is now. Whoever commits writes it, and acknowledges afterwards.
std::optional<HeldState::Header> HeldState::header() {
  if (index_ == nullptr) index_ = map_index(handle_);
  if (index_ == nullptr) return std::nullopt;
  Header header;
  for (std::size_t i = 0; i < header.size(); ++i) header[i] = index_[i];
  std::atomic_thread_fence(std::memory_order_acquire);
  return header;
}

void HeldState::refresh(const std::weak_ptr<const void>& owner) {
  if (io::Loop::current() == nullptr) return;  // nobody would give it back
  const std::optional<Header> now = header();
  is_used_ = true;
  if (now && *now == seen_) {
    if (!is_held() && ++quiet_ >= kQuietReads) hold(owner);
    return;
  }
  release();
  quiet_ = 0;
  seen_ = now.value_or(Header{});
}

/// The transaction sees what was there when the header was read, or more: then the header has changed when it is looked at again.
void HeldState::hold(const std::weak_ptr<const void>& owner) {
  if (!connection_.run("BEGIN")) return;
  holds_ = true;
  if (!std::exchange(will_look_, true)) check_later(owner);
}

void HeldState::release() {
  recorded_.clear();
  versions_.forget();
  if (is_held()) (void)connection_.run("COMMIT");
  holds_ = false;
}

void HeldState::check_later(std::weak_ptr<const void> owner) {
  io::Loop::current()->after(kIdle, [this, owner = std::move(owner)]() mutable {
    const std::shared_ptr<const void> alive = owner.lock();
    if (!alive) return;
    const bool goes_on = std::exchange(is_used_, false) && header() == seen_;
    if (goes_on && is_held()) return check_later(std::move(owner));
    will_look_ = false;
    quiet_ = 0;
    release();
  });
}

std::optional<Instant> HeldState::recorded(const void* table) const {
  if (!is_held()) return std::nullopt;
  const auto known = std::ranges::find(recorded_, table, &std::pair<const void*, Instant>::first);
  if (known == recorded_.end()) return std::nullopt;
  return known->second;
}

}  // namespace millrace::store::sqlite
