#include "document/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::document {
namespace {

std::size_t wanted(const Page& page) {
  return page.limit > SIZE_MAX - page.offset ? SIZE_MAX : page.limit + page.offset;
}

}  // namespace

Error no_version_at(Position position) {
  return {ErrorKind::invalid_argument, "list.cursor", fmt::format("The cursor is none of this list: there is no version at {}.", position)};
}

Ranking::Ranking(const Query& query, Bounds bounds) : query_(query), bounds_(std::move(bounds)), wanted_(wanted(query.page)) {}

void Ranking::offer(Position position, std::string_view text) {
  Rank rank{.bytes = order_bytes(query_.order, text), .position = position};
  if (bounds_.after && !(*bounds_.after < rank)) return;
  if (bounds_.until && !(rank < *bounds_.until)) return;
  ranks_.push_back(std::move(rank));
  if (ranks_.size() / 2 > wanted_) shrink();
}

/// Drops the half that cannot be on the page: done when it is full, so each rank is looked at a few times only.
void Ranking::shrink() {
  const auto end = ranks_.begin() + static_cast<std::ptrdiff_t>(wanted_);
  std::ranges::nth_element(ranks_, end, [this](const Rank& a, const Rank& b) { return is_before(a, b); });
  ranks_.erase(end, ranks_.end());
}

std::vector<Position> Ranking::positions() && {
  std::ranges::sort(ranks_, [this](const Rank& a, const Rank& b) { return is_before(a, b); });
  std::vector<Position> positions;
  for (std::size_t i = query_.page.offset; i < std::min(ranks_.size(), wanted_); ++i) positions.push_back(ranks_[i].position);
  if (query_.page.from_end) std::ranges::reverse(positions);
  return positions;
}

}  // namespace millrace::document
