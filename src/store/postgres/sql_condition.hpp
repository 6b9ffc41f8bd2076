// A filter with a part in SQL, prepared to be run: the text of that part, and what is left to be checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "document/filter.hpp"
#include "store/postgres/statement.hpp"

namespace millrace::store::postgres {

class SqlCondition {
 public:
  /// Requires at most one part of kind sql, at the top or below `all` alone: else error "store.sql".
  static Result<SqlCondition> make(const document::Filter& filter);

  /// The same for documents alone in which SQL can read every text: PostgreSQL fails where it comes to another one, with U+0000. Slower,
  /// since no index is of use.
  SqlCondition of_readable() const;

  /// The condition over the columns of versions, with $1, $2, ... for parameters in the order of bind().
  const std::string& text() const { return text_; }
  /// What a row must satisfy besides, or null.
  const document::Filter* rest() const { return has_rest_ ? &rest_ : nullptr; }
  std::size_t parameter_count() const { return parameters_.size(); }

  /// Adds the values. Error "store.sql" for a text with U+0000, which is no value there.
  Result<> bind(Parameters& values, document::Arguments arguments) const;

 private:
  std::string text_;
  std::vector<std::uint32_t> parameters_;
  document::Filter rest_;
  bool has_rest_ = false;
};

}  // namespace millrace::store::postgres
