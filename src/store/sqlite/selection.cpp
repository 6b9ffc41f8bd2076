#include "store/sqlite/selection.hpp"

namespace millrace::store::sqlite {

void add_row(document::Documents& documents, const Cursor& row) {
  const document::Envelope envelope{.version = static_cast<std::uint64_t>(row.integer(kVersion)),
                                    .position = static_cast<document::Position>(row.integer(kPosition)),
                                    .recorded_at = {row.integer(kRecordedAt)},
                                    .deleted = row.integer(kDeleted) != 0};
  documents.add(row.text(kId), row.text(kPayload), envelope);
}

bool Selection::visible(const Cursor& row) const {
  if (row.integer(kDeleted) != 0) return false;
  if (view_.at == kNewest) return row.is_null(kSupersededAt);
  const std::int64_t at = view_.at.microseconds;
  return row.integer(kRecordedAt) <= at && (row.is_null(kSupersededAt) || row.integer(kSupersededAt) > at);
}

void Selection::take(const Cursor& row) {
  if (!visible(row)) return;
  const auto position = static_cast<document::Position>(row.integer(kPosition));
  if (filter_ == nullptr && pass_unseen(position)) return;
  add_row(documents_, row);
  const std::string_view text = documents_.text(documents_.size() - 1);
  const bool counts = filter_ == nullptr || matches(*filter_, query_.arguments, text);
  if (!counts || !keep(position, text)) return documents_.drop_last();
  documents_.cut_to(view_.bytes_max);
}

bool NewestPage::pass_unseen(document::Position position) {
  past_end_ |= query().page.until >= position;
  if (past_end_) return true;
  if (skipped_ == query().page.offset) return false;
  ++skipped_;
  return true;
}

bool NewestPage::keep(document::Position position, std::string_view) {
  if (pass_unseen(position)) return false;
  ++kept_;
  return true;
}

bool RankedPage::keep(document::Position position, std::string_view text) {
  ranking_.offer(position, text);
  return false;
}

bool Count::pass_unseen(document::Position) {
  ++count_;
  return true;
}

bool Count::keep(document::Position, std::string_view) {
  ++count_;
  return false;
}

}  // namespace millrace::store::sqlite
