#include "store/sqlite/sql_condition.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json/number.hpp"
#include "document/sql_part.hpp"

namespace millrace::store::sqlite {
namespace {

using document::Filter;

// SQLite's functions for JSON take U+0000 for the end of a text. Canonical JSON has it as \u0000, behind an even number of backslashes.
constexpr std::string_view kReadable = R"(instr(replace(payload, '\\', ''), '\u0000') = 0)";
constexpr std::string_view kVisible = "superseded_at IS NULL AND deleted = 0";

}  // namespace

Result<SqlCondition> SqlCondition::make(const Filter& filter, const Table& table) {
  SqlCondition condition;
  TRY(document::SqlPart split, document::split_sql(filter));
  const Filter* const part = split.part;
  condition.has_rest_ = split.has_rest;
  condition.rest_ = std::move(split.rest);
  condition.sql_ = part->sql;
  condition.parameters_ = part->sql_parameters;
  const std::size_t count = condition.parameters_.size();
  // The line break ends whatever comment the text might end in.
  const std::string where =
      fmt::format("{} WHERE position < ?{} AND ({}\n) AND {}", table.select_versions, count + 1, part->sql, kReadable);
  condition.newest_ = fmt::format("{} AND {} ORDER BY position DESC", where, kVisible);
  condition.at_ = fmt::format(
      "{} AND recorded_at <= ?{} AND (superseded_at IS NULL OR superseded_at > ?{}) AND deleted = 0"
      " ORDER BY position DESC",
      where, count + 2, count + 2);
  return condition;
}

Result<> SqlCondition::check(Connection& connection) const {
  const Result<int> count = connection.parameter_count(newest_);
  if (!count) return Failure(document::sql_refused(fmt::format("SQLite cannot run \"{}\": {}.", sql_, connection.message())));
  if (*count != static_cast<int>(parameters_.size()) + 1) {
    return Failure(document::sql_refused(fmt::format("\"{}\" has parameters of its own.", sql_), "Write parameters as mustaches"));
  }
  return {};
}

Result<SqlArguments> SqlArguments::make(const SqlCondition& condition, document::Arguments arguments) {
  SqlArguments made;
  for (const std::uint32_t parameter : condition.parameters()) {
    const std::string_view value = arguments[parameter];
    made.values_.push_back(value);
    std::string& text = made.texts_.emplace_back();
    if (value.starts_with('"')) {
      TRY(text, document::sql_text(value));
    }
  }
  return made;
}

void SqlArguments::bind(Cursor& cursor) const {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const int parameter = static_cast<int>(i) + 1;
    const std::string_view value = values_[i];
    if (value.empty() || value == "null") {
      cursor.null(parameter);
    } else if (value.front() == '"') {
      cursor.text(parameter, texts_[i]);
    } else if (value == "true" || value == "false") {
      cursor.integer(parameter, value == "true" ? 1 : 0);
    } else if (value.front() == '[' || value.front() == '{') {
      cursor.text(parameter, value);
    } else if (const auto whole = json::integer(value)) {
      cursor.integer(parameter, *whole);
    } else {
      cursor.real(parameter, json::to_double(value));
    }
  }
}

}  // namespace millrace::store::sqlite
