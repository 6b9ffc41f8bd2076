// Documents as stores give them: many at a time, their text in one buffer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"

namespace millrace::document {

/// A place in the one order of an entity's versions: 1, 2, 3, ... in commit order, without gaps.
using Position = std::uint64_t;

/// What surrounds a version's payload. `superseded_at` is kNewest while no later version is there.
struct Envelope {
  std::uint64_t version = 0;  // 1, 2, ... per document
  Position position = 0;
  Instant recorded_at;
  bool deleted = false;  // a tombstone: its payload is empty
};

/// Versions of documents, in the order the read promises. Movable, not copyable; views end with it or with the next add().
class Documents {
 public:
  struct Entry {
    Envelope envelope;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint32_t id_size = 0;
    bool found = false;
  };

  Documents() = default;
  Documents(Documents&&) = default;
  Documents& operator=(Documents&&) = default;
  Documents(const Documents&) = delete;
  Documents& operator=(const Documents&) = delete;

  /// Adds a version: its text becomes {"id":ID,MEMBERS...}. `payload` is a canonical object without a member "id".
  void add(std::string_view id, std::string_view payload, const Envelope& envelope);
  /// Says who wrote the version that was added last. Empty: nobody knows. Requires: not empty.
  void set_author(std::string_view author);
  /// Adds a place where nothing was found, for reads that answer in the order asked.
  void add_missing() { entries_.push_back({}); }
  /// The same for a version of which nothing else may be seen.
  void add_unseen(Position position, Instant recorded_at) {
    entries_.push_back({.envelope = {.position = position, .recorded_at = recorded_at}});
  }
  /// Takes the last one away again, for finds that look at the text before they keep it. Requires: not empty.
  void drop_last();
  /// Takes the last one away again when with it the texts are longer than `bytes_max`, and whether it did: then the list is_cut(), and no
  /// more may be added. The first of a list stays, unless there is no room at all. Requires: not empty.
  bool cut_to(std::size_t bytes_max);
  /// It has no more though the read has.
  void mark_cut() { is_cut_ = true; }
  void reserve(std::size_t documents, std::size_t bytes);

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  /// Whether the read has more to give than View::bytes_max let it.
  bool is_cut() const { return is_cut_; }
  /// Of all texts.
  std::size_t bytes() const { return text_.size(); }
  bool found(std::size_t i) const { return entries_[i].found; }
  const Envelope& envelope(std::size_t i) const { return entries_[i].envelope; }
  /// The document as clients see it: a canonical JSON object whose first member is the id.
  std::string_view text(std::size_t i) const {
    return std::string_view(text_).substr(entries_[i].begin, entries_[i].end - entries_[i].begin);
  }
  /// Who wrote the version (base/author.hpp), of those reads that tell it (Store::history, Store::changes); empty: nobody knows.
  std::string_view author(std::size_t i) const { return i < authors_.size() ? std::string_view(authors_[i]) : std::string_view(); }
  /// The id as a quoted canonical JSON string.
  std::string_view quoted_id(std::size_t i) const { return std::string_view(text_).substr(entries_[i].begin + 6, entries_[i].id_size); }
  std::string id(std::size_t i) const;
  /// The payload as it was appended.
  std::string payload(std::size_t i) const;
  /// Those of the first `count` that were found as a JSON array, without a copy of their texts. Ends all views.
  std::string take_array(std::size_t count) &&;

 private:
  std::string text_;  // "[" DOCUMENT "," DOCUMENT ...: an array but for its end
  std::vector<Entry> entries_;
  std::vector<std::string> authors_;  // by entry, as far as any has one
  bool is_cut_ = false;
};

}  // namespace millrace::document
