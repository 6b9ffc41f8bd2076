// Where something stands in a GraphQL text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::graphql {

/// Lines and columns count from 1, as in GraphQL's `locations`; columns count UTF-16 code units as graphql-js does.
struct SourceLocation {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(SourceLocation, SourceLocation) = default;
};

/// The place of a byte offset in the text.
SourceLocation location_at(std::string_view text, std::uint32_t offset);

/// The byte offset of the character at a place, or of the first after it when the text has no such place.
std::uint32_t offset_at(std::string_view text, SourceLocation location);

/// An error as it stands in the answer's "errors", in graphql-js's words and then without a code; `path` is filled in by execution.
struct GraphqlError {
  std::string message;
  std::vector<SourceLocation> locations = {};
  std::string_view code = {};  // of docs/ERRORS.md: a limit of ours is exceeded
};

}  // namespace millrace::graphql
