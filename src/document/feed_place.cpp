#include "document/feed_place.hpp"

#include <fmt/format.h>

#include <charconv>

namespace millrace::document {

Result<std::optional<Position>> read_feed_place(std::string_view text, std::string_view where) {
  if (text == "now") return std::nullopt;
  Position position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (!text.empty() && error == std::errc() && end == text.data() + text.size()) return position;
  return Failure(Error{ErrorKind::invalid_argument, "feed.position",
                       fmt::format("{} must be a position or \"now\", found \"{:.100}\".", where, text),
                       "Positions are whole numbers from 0, which is before the first: those of X-Position and of what the feed gave."});
}

Result<Position> feed_begin(std::optional<Position> after, Position last) {
  if (!after) return last;
  if (*after <= last) return *after;
  return Failure(
      Error{ErrorKind::invalid_argument, "feed.position", fmt::format("The position {} is beyond the feed's last, {}.", *after, last),
            "A feed that is shorter than what was read of it is another one, or was put back to an earlier state: read it anew."});
}

}  // namespace millrace::document
