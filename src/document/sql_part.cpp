#include "document/sql_part.hpp"

#include "base/json/slices.hpp"

namespace millrace::document {
namespace {

const Filter* find_sql(const Filter& filter) {
  if (filter.kind == Filter::Kind::sql) return &filter;
  if (filter.kind != Filter::Kind::all) return nullptr;
  for (const Filter& child : filter.children) {
    if (const Filter* found = find_sql(child)) return found;
  }
  return nullptr;
}

/// Takes the part out of the filter, leaving one that always holds.
Filter without(const Filter& filter, const Filter* part) {
  if (&filter == part) return Filter::everything();
  Filter copy = filter;
  for (std::size_t i = 0; i < filter.children.size(); ++i) copy.children[i] = without(filter.children[i], part);
  return copy;
}

}  // namespace

Error sql_refused(std::string message, std::string hint) {
  return {ErrorKind::unprocessable, "store.sql", std::move(message), std::move(hint)};
}

Result<std::string> sql_text(std::string_view quoted) {
  std::string text = json::decode_string(quoted);
  if (text.find('\0') != std::string::npos) return Failure(sql_refused("A text with \\u0000 cannot be a value in SQL."));
  return text;
}

Result<SqlPart> split_sql(const Filter& filter) {
  SqlPart split{.part = find_sql(filter)};
  if (split.part != nullptr) split.rest = without(filter, split.part);
  if (split.part == nullptr || has_sql(split.rest)) {
    return Failure(sql_refused("A filter can have one part in SQL, and not within $or or $nor.", "Write it as one SQL template"));
  }
  split.has_rest = split.part != &filter;
  return split;
}

}  // namespace millrace::document
