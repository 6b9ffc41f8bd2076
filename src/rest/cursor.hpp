// Where the next page of a list begins, as clients carry it: text that says nothing to them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/instant.hpp"
#include "document/document.hpp"

namespace millrace::rest {

/// The last position of the page before, and the instant that the list is read at: a document that changes between two pages moves in the
/// newest order, and would be on none. Neither is negative, and both have 63 bits.
struct Cursor {
  document::Position position = 0;
  Instant at;
};

std::string to_text(const Cursor& cursor);

/// Nothing when the text is no cursor.
std::optional<Cursor> parse_cursor(std::string_view text);

}  // namespace millrace::rest
