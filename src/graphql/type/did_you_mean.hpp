// graphql-js's words for near names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::graphql {

/// ` Did you mean "a", "b", or "c"?` with a leading space, of the first five; empty when there are none. `what` stands before the names
/// when it is given: ` Did you mean the enum value "A"?`
std::string did_you_mean(const std::vector<std::string>& names, std::string_view what = {});

}  // namespace millrace::graphql
