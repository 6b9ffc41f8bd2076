// The page that a query asked for, filled row by row from the newest.
#pragma once

#include <utility>

#include "document/store.hpp"
#include "store/sqlite/table.hpp"

namespace millrace::store::sqlite {

/// Adds the version that the row is. Requires: a row of versions.
void add_row(document::Documents& documents, const Cursor& row);

class Selection {
 public:
  /// `filter`: what a row must still satisfy, or null when all that come do. The query outlives the selection.
  Selection(const document::Query& query, const document::Filter* filter, Instant at) : query_(query), filter_(filter), at_(at) {}

  bool full() const { return documents_.size() >= query_.page.limit; }
  /// Keeps the row if it is visible, matches, and is on the page. Requires: rows come from the newest position down.
  void take(const Cursor& row);
  document::Documents documents() && { return std::move(documents_); }

 private:
  bool visible(const Cursor& row) const;

  const document::Query& query_;
  const document::Filter* filter_;
  const Instant at_;
  std::size_t matched_ = 0;
  document::Documents documents_;
};

}  // namespace millrace::store::sqlite
