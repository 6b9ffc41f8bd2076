// Query parameters of a list as a Filter: `?name=x` is equality on a top-level field, `?timestamp_gte=...` a comparison, as in derived
// queries.
#pragma once

#include "base/result.hpp"
#include "document/filter.hpp"
#include "rest/fields.hpp"
#include "rest/parameters.hpp"

namespace millrace::rest {

/// Makes the filter of all given parameters. A value is read as what the field's schema allows: text, number, boolean or null; where it
/// allows several, it matches each that the value can be. Text, dates too, is compared character by character. Errors: "list.parameter"
/// names an unknown field and the nearest known, "list.value" a value that the field cannot have.
Result<document::Filter> make_list_filter(const QueryParameters& parameters, const Fields& fields);

}  // namespace millrace::rest
