// Query parameters of a list as a Filter: `?name=x` is equality on a top-level field, `?timestamp_gte=...` a comparison, as in derived
// queries.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "document/filter.hpp"

namespace millrace::rest {

/// Makes the filter of all given parameters. A value is text; where it also reads as a JSON number, boolean or null it matches that as
/// well. `fields` are the names that may be used (with `id`); empty: any. Error "list.parameter" names an unknown one and the nearest
/// known.
Result<document::Filter> make_list_filter(const std::vector<std::pair<std::string, std::string>>& parameters,
                                          const std::vector<std::string>& fields);

}  // namespace millrace::rest
