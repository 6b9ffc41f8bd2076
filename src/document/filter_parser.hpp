// MongoDB's filter language in JSON, the portable form of a query template, read into a Filter.
//
//   {"payload.name": "{{name}}", "payload.risk": {"$gte": 0.5, "$lt": {{most}}}, "$or": [{"id": "{{id}}"}, {"tags": {"$in": {{tags}}}}]}
//
// Known are $eq $ne $gt $gte $lt $lte $in $nin $exists $regex ($options i, m, s) $not, our own $prefix, and $and $or $nor over conditions.
// A mustache stands for one whole value; it is never text that is pasted, so no argument can change what a template asks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.hpp"
#include "base/result.hpp"
#include "document/filter.hpp"

namespace millrace::document {

/// Reads a template. `parameter_names` gives each parameter's name by its number: names that are new in this template are added in the
/// order of their first use. Every problem is reported, at `where`, with the line and column inside the template in its message.
Checked<Filter> parse_filter_template(std::string_view text, std::vector<std::string>& parameter_names, const Place& where);

/// How large a filter that a client sends may be, and how it is spelled.
struct FilterLimits {
  std::size_t bytes = 64 << 10;
  std::size_t depth = 32;
  std::size_t patterns = 8;  // regular expressions
  std::size_t pattern_bytes = 1000;
  bool underscores = true;  // "_gte" is "$gte" as well: GraphQL cannot write a "$" in a literal
};

/// Reads a filter that a request brings, canonical JSON, without parameters. Error "filter.syntax" (invalid_argument): its details name
/// every problem by JSON Pointer, after `pointer`. Over a limit: "filter.too_large".
Result<Filter> parse_filter(std::string_view json, std::string_view pointer, const FilterLimits& limits = {});

}  // namespace millrace::document
