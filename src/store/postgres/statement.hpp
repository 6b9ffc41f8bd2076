// Statements with their values, and rows as they come back: all values in PostgreSQL's binary form, text being the same in both.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"

struct pg_result;

namespace millrace::store::postgres {

/// The values of $1, $2, ... in order.
class Parameters {
 public:
  Parameters& integer(std::int64_t value);
  Parameters& text(std::string_view value);
  Parameters& bytes(std::string_view value);
  Parameters& integers(std::span<const std::int64_t> values);
  Parameters& booleans(const std::vector<bool>& values);
  Parameters& texts(std::span<const std::string_view> values);
  Parameters& jsons(std::span<const std::string_view> values);
  Parameters& byte_strings(std::span<const std::string_view> values);
  /// Text whose type the server finds out from where it stands. Requires: no NUL in it.
  Parameters& untyped(std::string value);
  Parameters& null();

  std::size_t size() const { return values_.size(); }
  /// Appends what tells them from any others of the same statement.
  void append_to(std::string& key) const;

 private:
  friend class Connection;
  void add(std::string value, unsigned type, int format);
  Parameters& array(unsigned type, unsigned element, std::span<const std::string_view> values);

  std::vector<std::string> values_;
  std::vector<bool> is_null_;
  std::vector<unsigned> types_;
  std::vector<int> formats_;
};

struct Statement {
  std::string sql;
  Parameters parameters = {};
  /// One of few texts whose rows an index finds, whatever the values: where a connection keeps plans, it is planned once.
  bool is_kept = false;
  /// What gives the same for less while nothing was recorded after the instant `at`; null: there is no such.
  const std::string* quiet_sql = nullptr;
  Instant at = kNewest;
};

/// What one statement gave. Copies are of the same; views end with the last of them.
class Rows {
 public:
  explicit Rows(pg_result* result);

  int size() const;
  /// What they hold of memory, in bytes.
  std::size_t bytes() const;
  int columns() const;
  std::int64_t integer(int row, int column) const;  // of bigint and integer
  bool boolean(int row, int column) const;
  std::string_view text(int row, int column) const;  // of text, json and bytea
  bool is_null(int row, int column) const;

 private:
  std::shared_ptr<pg_result> result_;
};

// Ids and keys may have a NUL, which PostgreSQL's text may not: U+0000 stands as U+0001 "0", and U+0001 as U+0001 "1".
std::string stored_text(std::string_view text);
std::string loaded_text(std::string_view stored);
bool is_stored_as_it_is(std::string_view text);
bool is_loaded_as_it_is(std::string_view stored);

}  // namespace millrace::store::postgres
