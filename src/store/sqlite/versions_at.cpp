#include "store/sqlite/versions_at.hpp"

#include <algorithm>

namespace millrace::store::sqlite {

Version version_of(const Cursor& row) {
  const Row version(row);
  return {.head = version.envelope(), .until = version.superseded_at(), .id_text = version.id(), .text = version.payload()};
}

VersionsAt::VersionsAt(Connection& connection, const Table& table, std::span<const std::int64_t> positions)
    : table_(table), held_(connection.held_state().versions()), positions_(positions) {
  // Only here: what is found from now on is given out.
  if (held_ != nullptr && held_->is_full()) held_->forget();
  ask(connection);
}

void VersionsAt::ask(Connection& connection) {
  for (std::size_t i = 0; i < positions_.size(); ++i) {
    is_asked_[i] = positions_[i] != 0 && (held_ == nullptr || !held_->find(&table_, positions_[i]));
  }
  const auto count = std::ranges::count(is_asked_, true);
  if (count == 0) return;
  rows_.emplace(connection.use(count == 1 ? table_.version_at_position : table_.versions_at_places));
  int parameter = 0;
  for (std::size_t i = 0; i < positions_.size(); ++i) {
    if (is_asked_[i]) rows_->integer(++parameter, positions_[i]);
  }
  // What an earlier reader asked for would be found again.
  while (count > 1 && parameter < static_cast<int>(kPlacesAtOnce)) rows_->integer(++parameter, 0);
}

const Version* VersionsAt::next() {
  const std::size_t i = next_++;
  if (is_asked_[i]) return next_row(positions_[i]);
  version_ = held_ != nullptr ? held_->find(&table_, positions_[i]) : std::nullopt;
  return version_ ? &*version_ : nullptr;
}

/// Rows come in the order of the positions, without those where nothing is.
const Version* VersionsAt::next_row(std::int64_t position) {
  if (has_row_ && is_read_) {
    has_row_ = rows_->next();
    is_read_ = false;
  }
  if (!has_row_ || rows_->integer(kPosition) != position) return nullptr;
  is_read_ = true;
  version_ = version_of(*rows_);
  if (held_ != nullptr) held_->keep(&table_, *version_);
  return &*version_;
}

}  // namespace millrace::store::sqlite
