// What the server gave while the head stood where it stands: as long as it does, the server would give the same again.
//
// Every commit to a collection moves its head, so one question for the head, which all reads that wait share, tells whether any of them has
// to be read again. A read as of the instant at which the head was recorded needs not even that: nothing that is written later is seen
// then.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "document/document.hpp"
#include "store/postgres/statement.hpp"

namespace millrace::store::postgres {

/// Where a collection stands: the last position, and when that was recorded.
struct Head {
  document::Position position = 0;
  Instant recorded_at;
  bool operator==(const Head&) const = default;
};

/// A document's newest version among rows.
struct Place {
  const Rows* rows = nullptr;  // null: there is no such document
  int row = 0;
};

/// For its loop's thread.
class HeldAnswers {
 public:
  /// Where the head stood when they were given.
  const Head& head() const { return head_; }
  /// What is kept from now on was given while the head stood there. Forgets what was given before, when that was elsewhere or is much.
  void begin(const Head& head);

  /// The places of these ids in the order asked; nothing when one is not known. They live until begin().
  std::optional<std::vector<Place>> places(std::span<const std::string_view> ids) const;
  /// What a statement gave, by its key; null when that is not known.
  const Rows* rows(const std::string& key) const;

  /// The newest version of a document that was asked for by its id. Rows that are long are kept by nobody.
  void keep(std::string_view id, const Place& place);
  void keep(const std::string& key, const Rows& rows);

 private:
  struct Kept {
    std::optional<Rows> rows;  // nothing: there is no such document
    int row = 0;
  };

  Head head_;
  std::size_t bytes_ = 0;
  TextMap<Kept> documents_;
  TextMap<Rows> lists_;
};

/// What tells a statement and its parameters from all others.
std::string key_of(const std::string& sql, const Parameters& parameters);

}  // namespace millrace::store::postgres
