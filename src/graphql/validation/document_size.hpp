// How large the operations of a document are once fragments are followed.
#pragma once

#include <cstddef>

#include "graphql/validation/fragments.hpp"

namespace millrace::graphql::validation {

/// Of the largest operation in each respect, what a fragment holds counted wherever it is spread.
struct DocumentSize {
  std::size_t depth = 0;  // the most selection sets within each other
  std::size_t fields = 0;
  std::size_t aliases = 0;

  friend bool operator==(const DocumentSize&, const DocumentSize&) = default;
};

/// A document's text is nested as deep as the parser allows; with fragments its selections may be nested hundreds of times deeper, and its
/// fields be as many as stars: counts end at kCountMax. A fragment that spreads itself, which is not valid, counts once. Each fragment is
/// looked at once, and never recursively.
inline constexpr std::size_t kCountMax = 1'000'000'000'000;
DocumentSize document_size(const Document& document, const Fragments& fragments);

}  // namespace millrace::graphql::validation
