#include "document/selection.hpp"

namespace millrace::document {

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
  ++kept_;
  return true;
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
