// SQL WHERE templates, as MeshQL's configs write them, read into a Filter.
//
// Equality with a parameter or a text on the id or on a path of the payload, joined by AND, becomes a portable filter:
//
//   id = '{{id}}'      payload->>'name' = '{{name}}'      payload->'a'->>'b' = {{b}}      json_extract(payload, '$.name') = '{{name}}'
//
// Any other text becomes a filter of kind sql: the text itself with ?1, ?2, ... where mustaches stood (quotes around one are swallowed),
// to be run by stores that speak SQL with bound values; an argument that is not given is NULL there. It sees the columns id, payload,
// version, recorded_at and deleted. What cannot be bound safely is refused: a mustache inside a longer literal, a quoted name or a comment,
// parameters of SQL's own, unbalanced quotes or parentheses, and `;`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/problem.hpp"
#include "document/filter.hpp"

namespace millrace::document {

/// As parse_filter_template does it (filter_parser.hpp).
Checked<Filter> parse_sql_template(std::string_view text, std::vector<std::string>& parameter_names, const Place& where);

}  // namespace millrace::document
