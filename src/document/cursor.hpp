// Cursors of lists, over whatever face: a place in a list, and the instant at which the list is read.
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

namespace millrace::document {

/// The version after which the next page begins, and the instant. Neither is negative, and both have 63 bits.
struct Cursor {
  Position position = 0;
  Instant at;
};

/// What ties a cursor to its list: another query, or the same in another order, does not take it.
std::uint32_t list_mark(std::string_view query, const Order& order);

/// Text in the URL alphabet of Base64. Without a mark every list takes it: REST lists have one order, whatever their filter.
std::string write_cursor(const Cursor& cursor, std::optional<std::uint32_t> mark = {});
/// Nothing when the text is no cursor, or not one with this mark (without a mark, when none is asked for).
std::optional<Cursor> read_cursor(std::string_view text, std::optional<std::uint32_t> mark = {});

}  // namespace millrace::document
