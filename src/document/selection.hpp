// Rows that a plan brings, checked and kept: the page that a query asked for, or the number of matches. For every store that looks at rows
// itself; what a row is there stays its own matter.
#pragma once

#include <cstdint>
#include <utility>

#include "document/ranking.hpp"
#include "document/store.hpp"

namespace millrace::document {

/// Takes rows one by one. What a row must be to count (visible, matching) is decided here, what becomes of it by the kind of selection.
class Selection {
 public:
  /// The query outlives the selection.
  Selection(const Query& query, View view) : query_(query), filter_(query.filter), view_(view) {}
  virtual ~Selection() = default;
  Selection(const Selection&) = delete;
  Selection& operator=(const Selection&) = delete;

  /// What a row must still satisfy; null when all that come do. The query's own filter when nobody says.
  void check_only(const Filter* filter) { filter_ = filter; }
  /// Whether all that match must be seen, however many there are.
  virtual bool sees_all() const { return true; }
  /// Whether no further row can change the outcome. Requires: rows come from the newest position down.
  virtual bool full() const { return false; }
  /// Keeps the row if it is visible and matches. A row has envelope(), superseded_at() (kNewest: it is the newest), id() and payload(); the
  /// last two are asked only when they are needed.
  template <class Row>
  void take(const Row& row) {
    const Envelope envelope = row.envelope();
    if (!visible(envelope, row.superseded_at())) return;
    if (filter_ == nullptr && pass_unseen(envelope.position)) return;
    documents_.add(row.id(), row.payload(), envelope);
    settle(envelope.position);
  }

 protected:
  const Query& query() const { return query_; }
  Documents& documents() { return documents_; }
  bool is_cut() const { return documents_.is_cut(); }
  std::size_t bytes_max() const { return view_.bytes_max; }

 private:
  /// Whether a row that counts is done with before anyone has looked at its document.
  virtual bool pass_unseen(Position) { return false; }
  /// Whether a row that counts stays among the documents.
  virtual bool keep(Position position, std::string_view text) = 0;
  bool visible(const Envelope& envelope, Instant superseded_at) const;
  /// Keeps the document that was added last, or drops it.
  void settle(Position position);

  const Query& query_;
  const Filter* filter_;
  const View view_;
  Documents documents_;
};

/// A page in the order in which rows come, from the newest.
class NewestPage final : public Selection {
 public:
  using Selection::Selection;
  bool sees_all() const override { return false; }
  bool full() const override { return kept_ >= query().page.limit || past_end_ || is_cut(); }
  Documents take_documents() && { return std::move(documents()); }

 private:
  bool pass_unseen(Position position) override;
  bool keep(Position position, std::string_view text) override;
  /// Makes room for a page of documents such as the first ones, so that a long one does not move while it grows.
  void reserve();

  std::size_t skipped_ = 0;
  std::size_t kept_ = 0;
  bool past_end_ = false;
};

/// A page in any order: the positions that are on it.
class RankedPage final : public Selection {
 public:
  RankedPage(const Query& query, View view, Ranking::Bounds bounds) : Selection(query, view), ranking_(query, std::move(bounds)) {}
  std::vector<Position> positions() && { return std::move(ranking_).positions(); }

 private:
  bool keep(Position position, std::string_view text) override;

  Ranking ranking_;
};

/// How many rows count.
class Count final : public Selection {
 public:
  using Selection::Selection;
  std::uint64_t count() const { return count_; }

 private:
  bool pass_unseen(Position) override;
  bool keep(Position, std::string_view) override;

  std::uint64_t count_ = 0;
};

}  // namespace millrace::document
