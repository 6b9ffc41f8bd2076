#include "graphql/language/source.hpp"

#include <algorithm>

namespace millrace::graphql {

namespace {

/// The place after the byte at `at`, which stands at `location`.
SourceLocation after_byte(std::string_view text, std::size_t at, SourceLocation location) {
  auto byte = static_cast<unsigned char>(text[at]);
  // The carriage return of \r\n ends no line of its own.
  bool ends_line = byte == '\n' || (byte == '\r' && (at + 1 == text.size() || text[at + 1] != '\n'));
  if (ends_line) return {location.line + 1, 1};
  bool continues = (byte & 0xc0) == 0x80;
  bool is_pair = byte >= 0xf0;  // two code units in UTF-16
  return {location.line, location.column + (continues ? 0u : is_pair ? 2u : 1u)};
}

}  // namespace

SourceLocation location_at(std::string_view text, std::uint32_t offset) {
  std::size_t end = std::min<std::size_t>(offset, text.size());
  SourceLocation location{1, 1};
  for (std::size_t at = 0; at < end; ++at) location = after_byte(text, at, location);
  return location;
}

std::uint32_t offset_at(std::string_view text, SourceLocation location) {
  SourceLocation here{1, 1};
  std::size_t at = 0;
  auto is_reached = [&] { return here.line > location.line || (here.line == location.line && here.column >= location.column); };
  for (; at < text.size() && !is_reached(); ++at) here = after_byte(text, at, here);
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
  return static_cast<std::uint32_t>(at);
}

}  // namespace millrace::graphql
