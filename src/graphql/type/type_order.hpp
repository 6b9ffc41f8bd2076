// The order in which graphql-js's introspection lists types.
#pragma once

#include <string_view>
#include <vector>

#include "graphql/type/definitions.hpp"

namespace millrace::graphql {

/// The SDL's types as they stand, each followed by the built-in ones that it is the first to use; then those that only directives use;
/// then introspection. What nothing uses is not listed. Requires: every name that is used is defined.
std::vector<std::string_view> type_order(const Definitions& definitions);

}  // namespace millrace::graphql
