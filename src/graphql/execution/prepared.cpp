#include "graphql/execution/prepared.hpp"

#include <algorithm>

namespace millrace::graphql {
namespace {

/// What the cache itself holds for a document: nodes of the list and the map, the shared pointer's count.
constexpr std::size_t kEntryBytes = 192;

}  // namespace

std::string PlanTable::choice_of(const Document& document, const OperationDefinition& operation, const Variables& variables) {
  std::string choice;
  const std::lock_guard lock(mutex_);
  const auto [entry, is_new] = conditions_.try_emplace(&operation);
  if (is_new) entry->second = condition_variables(document, operation);
  for (const std::string_view name : entry->second) {
    const auto value = variables.find(name);
    choice += value == variables.end() ? 'n' : value->second.front();  // true, false, null
  }
  return choice;
}

PlanTable::Entry* PlanTable::find_entry(const OperationDefinition& operation, std::string_view choice) {
  const auto found =
      std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.operation == &operation && entry.choice == choice; });
  return found == entries_.end() ? nullptr : &*found;
}

std::shared_ptr<const Plan> PlanTable::find(const OperationDefinition& operation, std::string_view choice) {
  const std::lock_guard lock(mutex_);
  Entry* found = find_entry(operation, choice);
  if (found == nullptr) return nullptr;
  found->used = ++uses_;
  return found->plan;
}

std::ptrdiff_t PlanTable::add(const OperationDefinition& operation, std::string choice, std::shared_ptr<const Plan> plan) {
  Entry added{&operation, std::move(choice), std::move(plan), 0};
  std::ptrdiff_t grown = bytes_of(added);
  const std::lock_guard lock(mutex_);
  if (find_entry(operation, added.choice) != nullptr) return 0;
  added.used = ++uses_;
  if (entries_.size() < kPlansMax) {
    entries_.push_back(std::move(added));
    return grown;
  }
  Entry& oldest = *std::ranges::min_element(entries_, {}, &Entry::used);
  grown -= bytes_of(oldest);
  oldest = std::move(added);
  return grown;
}

std::ptrdiff_t PlanTable::bytes_of(const Entry& entry) {
  return static_cast<std::ptrdiff_t>(sizeof(Entry) + entry.choice.size() + graphql::bytes_of(*entry.plan));
}

std::size_t Prepared::bytes() const {
  return sizeof(*this) + text.capacity() + document.arena.bytes();
}

std::shared_ptr<Prepared> PreparedCache::find(std::string_view text, std::size_t hash) {
  const std::lock_guard lock(mutex_);
  const auto found = by_text_.find(Key{text, hash});
  if (found == by_text_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->prepared;
}

std::shared_ptr<Prepared> PreparedCache::add(std::shared_ptr<Prepared> prepared) {
  const Key key{prepared->text, prepared->hash};
  Entries gone;
  const std::lock_guard lock(mutex_);
  if (const auto found = by_text_.find(key); found != by_text_.end()) return found->second->prepared;
  entries_.push_front({prepared, prepared->bytes() + kEntryBytes});
  by_text_.emplace(key, entries_.begin());
  bytes_ += entries_.front().bytes;
  shrink(gone);
  return prepared;
}

void PreparedCache::grow(const Prepared& prepared, std::ptrdiff_t bytes) {
  Entries gone;
  const std::lock_guard lock(mutex_);
  const auto found = by_text_.find(Key{prepared.text, prepared.hash});
  if (found == by_text_.end() || found->second->prepared.get() != &prepared) return;  // it has left already
  found->second->bytes += static_cast<std::size_t>(bytes);
  bytes_ += static_cast<std::size_t>(bytes);
  shrink(gone);
}

void PreparedCache::shrink(Entries& gone) {
  while (bytes_ > bytes_max_) {
    bytes_ -= entries_.back().bytes;
    by_text_.erase(Key{entries_.back().prepared->text, entries_.back().prepared->hash});
    gone.splice(gone.begin(), entries_, std::prev(entries_.end()));
  }
}

std::size_t PreparedCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::size_t PreparedCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace millrace::graphql
