// The items of a bulk request, apart.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"

namespace millrace::rest {

/// The texts of the items of a bulk request: elements of a JSON array, or the lines of NDJSON that are not blank. The views point into
/// `body`. Errors: JSON's own, "bulk.not_array", "bulk.too_many".
Result<std::vector<std::string_view>> split_items(const http::Request& request, std::size_t items_max);

}  // namespace millrace::rest
