#include "document/selection.hpp"

#include <algorithm>

namespace millrace::document {
namespace {

// After so many it is known how long a page of them is; room is made for no more than this.
constexpr std::size_t kSample = 64;
constexpr std::size_t kReservedMax = 20'000;

}  // namespace

bool Selection::visible(const Envelope& envelope, Instant superseded_at) const {
  if (envelope.deleted) return false;
  if (view_.at == kNewest) return superseded_at == kNewest;
  return envelope.recorded_at <= view_.at && superseded_at > view_.at;
}

void Selection::settle(Position position) {
  const std::string_view text = documents_.text(documents_.size() - 1);
  const bool counts = filter_ == nullptr || matches(*filter_, query_.arguments, text);
  if (!counts || !keep(position, text)) return documents_.drop_last();
  documents_.cut_to(view_.bytes_max);
}

bool NewestPage::pass_unseen(Position position) {
  past_end_ |= query().page.until >= position;
  if (past_end_) return true;
  if (skipped_ == query().page.offset) return false;
  ++skipped_;
  return true;
}

bool NewestPage::keep(Position position, std::string_view) {
  if (pass_unseen(position)) return false;
  if (++kept_ == kSample) reserve();
  return true;
}

void NewestPage::reserve() {
  const std::size_t each = documents().bytes() / kSample;
  const std::size_t count = std::min(query().page.limit, bytes_max() / each);
  if (count <= kReservedMax) documents().reserve(count, count * (each + each / 8));
}

bool RankedPage::keep(Position position, std::string_view text) {
  ranking_.offer(position, text);
  return false;
}

bool Count::pass_unseen(Position) {
  ++count_;
  return true;
}

bool Count::keep(Position, std::string_view) {
  ++count_;
  return false;
}

}  // namespace millrace::document
