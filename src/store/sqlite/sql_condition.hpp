// A filter with a part in SQL, prepared to be run: the statement that selects by that part, and what is left to be checked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "document/filter.hpp"
#include "store/sqlite/table.hpp"

namespace millrace::store::sqlite {

class SqlCondition {
 public:
  /// Requires at most one part of kind sql, at the top or below `all` alone: else error "store.sql".
  static Result<SqlCondition> make(const document::Filter& filter, const Table& table);

  // Statements over rows of versions, newest first. After the condition's own parameters come `before` and, in at(), the instant.
  const std::string& newest() const { return newest_; }
  const std::string& at() const { return at_; }
  /// What a row must satisfy besides, or null.
  const document::Filter* rest() const { return has_rest_ ? &rest_ : nullptr; }
  const std::vector<std::uint32_t>& parameters() const { return parameters_; }

  /// Prepares the statements; the error holds SQLite's words, for whoever wrote the template.
  Result<> check(Connection& connection) const;

 private:
  std::string sql_;
  std::string newest_;
  std::string at_;
  std::vector<std::uint32_t> parameters_;
  document::Filter rest_;
  bool has_rest_ = false;
};

/// The arguments of a condition as SQL values. Lives as long as the cursor it is bound to.
class SqlArguments {
 public:
  /// Error "store.sql" when one is nothing that SQL has.
  static Result<SqlArguments> make(const SqlCondition& condition, document::Arguments arguments);
  int count() const { return static_cast<int>(values_.size()); }
  void bind(Cursor& cursor) const;

 private:
  std::vector<std::string_view> values_;  // canonical JSON; empty: not given
  std::vector<std::string> texts_;        // the decoded strings among them
};

}  // namespace millrace::store::sqlite
