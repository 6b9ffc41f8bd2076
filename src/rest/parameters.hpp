// The reserved query parameters of REST requests: at, limit, after, ids.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "document/store.hpp"
#include "http/message.hpp"

namespace millrace::rest {

/// Name and value, decoded, in order.
using QueryParameters = std::vector<std::pair<std::string, std::string>>;

/// Error "http.query" when the query string is malformed.
Result<QueryParameters> read_parameters(std::string_view query);

/// Takes `at` out. Error "list.at".
Result<document::View> take_view(QueryParameters& parameters);

struct PageLimits {
  std::size_t otherwise;
  std::size_t max;
};

/// Takes `limit` and `after` out. Errors "list.limit", "list.after".
Result<document::Page> take_page(QueryParameters& parameters, PageLimits limits);

/// Takes `ids`, comma-separated, out. Error "bulk.ids" when there are none.
Result<std::vector<std::string>> take_ids(QueryParameters& parameters);

/// Whether `?partial=true` is asked for.
bool is_partial(const http::Request& request);

}  // namespace millrace::rest
