// A list as a body that is written as its client reads it: a document a line (NDJSON), newest first, all as of one instant. However long
// the list is, no more of it is held than a page, and what was given is not looked at again.
#pragma once

#include <memory>

#include "document/filter.hpp"
#include "document/store.hpp"
#include "http/message.hpp"

namespace millrace::rest {

struct ListAsked {
  document::Filter filter = {};
  Instant at = kNewest;      // at which nothing changes any more: Store::latest(), or before
  document::Page page = {};  // `limit` and `after`
  document::Asker asker = {};
};

/// The store must outlive the stream.
std::unique_ptr<http::BodyStream> make_list_stream(document::Store& store, ListAsked asked);

}  // namespace millrace::rest
