// Versions that were read in the state which a loop holds: as long as it does, they stay what they are.
//
// A version takes a descent of a B-tree, a page of the file's (4 KB) and seven columns; kept apart it takes a look into a table and its own
// few hundred bytes. So a set of documents that is read often needs a tenth of the memory that its pages would.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "document/document.hpp"

namespace millrace::store::sqlite {

/// A version as it was read, as a Selection takes it. Views live as long as its reader says.
struct Version {
  document::Envelope head;
  Instant until;  // kNewest: nothing has superseded it
  std::string_view id_text;
  std::string_view text;

  const document::Envelope& envelope() const { return head; }
  Instant superseded_at() const { return until; }
  std::string_view id() const { return id_text; }
  std::string_view payload() const { return text; }
};

/// Of one connection, on its thread. Tables are told apart by their addresses.
class HeldVersions {
 public:
  /// What was kept; nothing when it was not. Views until the next call of keep() or forget().
  std::optional<Version> find(const void* table, std::int64_t position) const;
  /// Nothing, where the text is long. Requires: it is not among those kept.
  void keep(const void* table, const Version& version);
  /// There is no room for more: whoever reads on may forget all that there are.
  bool is_full() const { return text_.size() >= kBytes; }
  void forget();

 private:
  static constexpr std::size_t kBytes = std::size_t{2} << 20;

  struct Key {
    const void* table = nullptr;
    std::int64_t position = 0;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  struct Kept {
    document::Envelope head;
    Instant until;
    std::size_t begin = 0;
    std::uint32_t id_size = 0;
    std::uint32_t size = 0;  // with the id
  };

  std::unordered_map<Key, Kept, Hash> kept_;
  std::string text_;  // id and payload of each
};

}  // namespace millrace::store::sqlite
