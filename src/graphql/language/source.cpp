#include "graphql/language/source.hpp"

#include <algorithm>

namespace millrace::graphql {

SourceLocation location_at(std::string_view text, std::uint32_t offset) {
  std::size_t end = std::min<std::size_t>(offset, text.size());
  SourceLocation location{1, 1};
  for (std::size_t at = 0; at < end; ++at) {
    auto byte = static_cast<unsigned char>(text[at]);
    // The carriage return of \r\n ends no line of its own.
    bool ends_line = byte == '\n' || (byte == '\r' && (at + 1 == text.size() || text[at + 1] != '\n'));
    if (ends_line) {
      location = {location.line + 1, 1};
    } else if (byte >= 0xf0) {
      location.column += 2;  // a surrogate pair in UTF-16
    } else if ((byte & 0xc0) != 0x80) {
      ++location.column;
    }
  }
  return location;
}

}  // namespace millrace::graphql
