// The one part in SQL that a filter may have, and the rest of it: what stores that speak SQL do with such a filter.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "document/filter.hpp"

namespace millrace::document {

/// What an error about a filter's part in SQL is: "store.sql" (unprocessable), for whoever wrote the template.
Error sql_refused(std::string message, std::string hint = {});

/// A string among the arguments as a text of SQL. Error "store.sql" when it has U+0000, which no database reads.
Result<std::string> sql_text(std::string_view quoted);

struct SqlPart {
  const Filter* part = nullptr;  // within the filter that was split, which outlives this
  Filter rest;                   // what a document must satisfy besides
  bool has_rest = false;
};

/// Requires a part of kind sql. Error "store.sql" when there is another, or when it stands elsewhere than at the top or below `all` alone.
Result<SqlPart> split_sql(const Filter& filter);

}  // namespace millrace::document
