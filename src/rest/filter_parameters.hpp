// The parameters by which lists are filtered, as OpenAPI describes them.
#pragma once

#include <string>

#include "rest/fields.hpp"

namespace millrace::rest {

/// Appends a parameter object for each comparison that makes sense of each field, with a comma before each.
void append_filter_parameters(std::string& out, const Fields& fields);

}  // namespace millrace::rest
