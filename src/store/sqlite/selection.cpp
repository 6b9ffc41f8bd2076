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
  if (at_ == kNewest) return row.is_null(kSupersededAt);
  return row.integer(kRecordedAt) <= at_.microseconds && (row.is_null(kSupersededAt) || row.integer(kSupersededAt) > at_.microseconds);
}

void Selection::take(const Cursor& row) {
  if (!visible(row)) return;
  if (filter_ == nullptr) {
    if (matched_++ >= query_.page.offset) add_row(documents_, row);
    return;
  }
  add_row(documents_, row);
  const bool matched = matches(*filter_, query_.arguments, documents_.text(documents_.size() - 1));
  if (!matched || matched_++ < query_.page.offset) documents_.drop_last();
}

}  // namespace millrace::store::sqlite
