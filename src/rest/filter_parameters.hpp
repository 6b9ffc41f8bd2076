// The parameters by which lists are filtered, as OpenAPI describes them.
#pragma once

#include <span>
#include <string>

#include "rest/fields.hpp"
#include "rest/operations.hpp"

namespace millrace::rest {

/// Appends a parameter object for each comparison that makes sense of each field, with a comma before each; but for names that the
/// operation has taken for parameters of its own.
void append_filter_parameters(std::string& out, const Fields& fields, std::span<const Parameter> taken);

}  // namespace millrace::rest
