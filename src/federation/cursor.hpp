// Cursors of connections: a place in a list, and the instant at which the list is read.
//
// A document that changes between two pages moves; so every page after the first is read as of the first page's instant, which the cursor
// carries (docs/decisions/0009). To clients a cursor is opaque.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.hpp"
#include "document/document.hpp"
#include "document/order.hpp"

namespace millrace::federation {

struct Cursor {
  document::Position position = 0;
  Instant at;
};

/// What ties a cursor to its list: another query, or the same in another order, does not take it.
std::uint32_t list_mark(std::string_view query, const document::Order& order);

std::string write_cursor(const Cursor& cursor, std::uint32_t mark);
/// Nothing when the text is no cursor with this mark.
std::optional<Cursor> read_cursor(std::string_view text, std::uint32_t mark);

}  // namespace millrace::federation
