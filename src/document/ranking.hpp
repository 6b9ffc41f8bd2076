// The page that a query asks for out of matches that come in any order: keeps sort bytes and positions alone, and no more of them than the
// page can need.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/order.hpp"
#include "document/store.hpp"

namespace millrace::document {

/// Where a version stands in a list: by its sort bytes, then newest first.
struct Rank {
  std::string bytes;
  Position position = 0;

  friend bool operator<(const Rank& a, const Rank& b) {
    const int order = a.bytes.compare(b.bytes);
    return order != 0 ? order < 0 : a.position > b.position;
  }
};

/// What a find says when its page names a position where there is no version.
Error no_version_at(Position position);

class Ranking {
 public:
  /// The ranks of the versions at page.after and page.until, where the page names them. The query outlives the ranking.
  struct Bounds {
    std::optional<Rank> after = {};
    std::optional<Rank> until = {};
  };
  Ranking(const Query& query, Bounds bounds);

  /// Offers a match. `text` is the document as clients see it.
  void offer(Position position, std::string_view text);
  /// Whether no match older than those offered can be on the page. Requires: matches are offered from the newest.
  bool is_settled() const { return query_.order.empty() && !query_.page.from_end && ranks_.size() >= wanted_; }
  /// The positions of the page, in the order of the list.
  std::vector<Position> positions() &&;

 private:
  bool is_before(const Rank& a, const Rank& b) const { return query_.page.from_end ? b < a : a < b; }
  void shrink();

  const Query& query_;
  const Bounds bounds_;
  const std::size_t wanted_;  // offset and limit
  std::vector<Rank> ranks_;
};

}  // namespace millrace::document
