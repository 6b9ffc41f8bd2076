#include "store/postgres/held_answers.hpp"

namespace millrace::store::postgres {
namespace {

constexpr std::size_t kBytes = std::size_t{4} << 20;

/// Longer ones cost so much to send that the question does not matter.
constexpr std::size_t kLongest = std::size_t{256} << 10;

/// About what an entry takes that holds nothing of its own.
constexpr std::size_t kEntryBytes = 128;

}  // namespace

void HeldAnswers::begin(const Head& head) {
  if (head == head_ && bytes_ < kBytes) return;
  head_ = head;
  bytes_ = 0;
  documents_.clear();
  lists_.clear();
}

std::optional<std::vector<Place>> HeldAnswers::places(std::span<const std::string_view> ids) const {
  if (documents_.empty()) return std::nullopt;
  std::vector<Place> places(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto known = documents_.find(ids[i]);
    if (known == documents_.end()) return std::nullopt;
    if (known->second.rows) places[i] = {.rows = &*known->second.rows, .row = known->second.row};
  }
  return places;
}

const Rows* HeldAnswers::rows(const std::string& key) const {
  const auto known = lists_.find(key);
  return known == lists_.end() ? nullptr : &known->second;
}

// Rows are shared by the documents of one answer: each counts its part.
void HeldAnswers::keep(std::string_view id, const Place& place) {
  const std::size_t bytes = place.rows == nullptr ? 0 : place.rows->bytes();
  if (bytes > kLongest) return;
  const Kept kept{.rows = place.rows == nullptr ? std::nullopt : std::optional(*place.rows), .row = place.row};
  if (!documents_.try_emplace(std::string(id), kept).second) return;
  bytes_ += kEntryBytes + id.size() + (kept.rows ? bytes / static_cast<std::size_t>(kept.rows->size()) : 0);
}

void HeldAnswers::keep(const std::string& key, const Rows& rows) {
  if (rows.bytes() > kLongest) return;
  if (lists_.try_emplace(key, rows).second) bytes_ += kEntryBytes + key.size() + rows.bytes();
}

std::string key_of(const std::string& sql, const Parameters& parameters) {
  std::string key = sql;
  parameters.append_to(key);
  return key;
}

}  // namespace millrace::store::postgres
