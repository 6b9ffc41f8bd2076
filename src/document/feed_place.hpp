// Where a reader of a feed begins, as clients write it: the same words in every interface.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "document/document.hpp"

namespace millrace::document {

/// A position, or `now`: nothing. The error "feed.position" (invalid_argument) names `where` it stands.
Result<std::optional<Position>> read_feed_place(std::string_view text, std::string_view where);

/// The position after which to begin in a feed whose last is `last`. Error "feed.position" when it is beyond that.
Result<Position> feed_begin(std::optional<Position> after, Position last);

}  // namespace millrace::document
