#include "graphql/execution/prepared.hpp"

namespace millrace::graphql {

namespace {

/// What a document occupies, tree and plans included, as a multiple of its text: measured on typical queries it is below this.
constexpr std::size_t kBytesPerCharacter = 40;

}  // namespace

std::shared_ptr<Prepared> PreparedCache::find(std::string_view text) {
  std::lock_guard lock(mutex_);
  auto found = by_text_.find(text);
  if (found == by_text_.end()) return nullptr;
  if (found->second != entries_.begin()) entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->prepared;
}

std::shared_ptr<Prepared> PreparedCache::add(std::shared_ptr<Prepared> prepared) {
  std::lock_guard lock(mutex_);
  if (auto found = by_text_.find(prepared->text); found != by_text_.end()) return found->second->prepared;
  entries_.push_front({std::move(prepared), 0});
  Entry& entry = entries_.front();
  entry.bytes = sizeof(Prepared) + entry.prepared->text.size() * kBytesPerCharacter;
  bytes_ += entry.bytes;
  by_text_.emplace(entry.prepared->text, entries_.begin());
  std::shared_ptr<Prepared> added = entry.prepared;
  while (bytes_ > bytes_max_ && entries_.size() > 1) {
    bytes_ -= entries_.back().bytes;
    by_text_.erase(entries_.back().prepared->text);
    entries_.pop_back();
  }
  return added;
}

}  // namespace millrace::graphql
