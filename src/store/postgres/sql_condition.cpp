#include "store/postgres/sql_condition.hpp"

#include <fmt/format.h>

#include "document/sql_part.hpp"

namespace millrace::store::postgres {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Where the quoted text or comment that begins at `at` ends; `at` itself where there is none. Nothing in it is a parameter.
std::size_t end_of_opaque(std::string_view sql, std::size_t at) {
  const auto after = [sql, at](std::string_view mark, std::size_t from) {
    const std::size_t found = sql.find(mark, at + from);
    return found == std::string_view::npos ? sql.size() : found + mark.size();
  };
  if (sql[at] == '\'' || sql[at] == '"') return after(sql.substr(at, 1), 1);
  if (sql.substr(at).starts_with("--")) return after("\n", 2);
  if (sql.substr(at).starts_with("/*")) return after("*/", 2);
  return at;
}

/// The text with $1, $2, ... where ?1, ?2, ... stand.
std::string with_dollars(std::string_view sql) {
  std::string text;
  for (std::size_t at = 0; at < sql.size();) {
    const std::size_t end = end_of_opaque(sql, at);
    if (end > at) {
      text += sql.substr(at, end - at);
      at = end;
      continue;
    }
    const bool is_parameter = sql[at] == '?' && at + 1 < sql.size() && is_digit(sql[at + 1]);
    text += is_parameter ? '$' : sql[at];
    ++at;
  }
  return text;
}

}  // namespace

Result<SqlCondition> SqlCondition::make(const document::Filter& filter) {
  TRY(document::SqlPart split, document::split_sql(filter));
  SqlCondition condition;
  condition.text_ = with_dollars(split.part->sql);
  condition.parameters_ = split.part->sql_parameters;
  condition.rest_ = std::move(split.rest);
  condition.has_rest_ = split.has_rest;
  return condition;
}

SqlCondition SqlCondition::of_readable() const {
  SqlCondition readable = *this;
  // Canonical JSON has U+0000 as \u0000, behind an even number of backslashes. Of a CASE one branch alone is looked at.
  readable.text_ = fmt::format(R"(CASE WHEN payload::text ~ '(^|[^\\])(\\\\)*\\u0000' THEN false ELSE ({}
) END)",
                               text_);
  return readable;
}

Result<> SqlCondition::bind(Parameters& values, document::Arguments arguments) const {
  for (const std::uint32_t parameter : parameters_) {
    const std::string_view value = arguments[parameter];
    if (value.empty() || value == "null") {
      values.null();
      continue;
    }
    std::string text(value);
    if (value.front() == '"') {
      TRY(text, document::sql_text(value));
    }
    values.untyped(std::move(text));
  }
  return {};
}

}  // namespace millrace::store::postgres
