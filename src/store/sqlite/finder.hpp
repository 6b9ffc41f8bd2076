// Answering one query over a collection: through the index that serves it, or by a scan from the newest.
#pragma once

#include <cstddef>
#include <vector>

#include "document/store.hpp"
#include "store/sqlite/index_plan.hpp"
#include "store/sqlite/selection.hpp"
#include "store/sqlite/sql_condition.hpp"
#include "store/sqlite/table.hpp"

namespace millrace::store::sqlite {

/// How many rows and entries may be looked at before a find gives up, to be done again where it may take its time.
struct Effort {
  std::size_t left = SIZE_MAX;
  bool spent = false;

  /// Uses up one; false when there is none left.
  bool use() {
    spent = left == 0;
    left -= spent ? 0 : 1;
    return !spent;
  }
};

/// For one batch of queries. Requires: the connection is in a snapshot.
class Finder {
 public:
  struct Scope {
    Connection& connection;
    const Table& table;
    const std::vector<IndexedPath>& paths;
    Instant at;
  };
  Finder(const Scope& scope, Effort& effort) : scope_(scope), effort_(effort) {}

  /// The documents that match. When the effort is spent the result is of no use.
  Result<document::Documents> find(const document::Query& query);
  /// The same for a filter with a part in SQL.
  Result<document::Documents> find_sql(const document::Query& query, const SqlCondition& condition);

 private:
  Result<std::size_t> entries_of(const IndexPlan& plan);
  Result<const IndexPlan*> choose(const std::vector<IndexPlan>& plans);
  Result<document::Documents> find_planned(const document::Query& query, const IndexPlan& plan);
  Result<> take_rows(Cursor& rows, Selection& selection);
  Result<> take_scanned(const document::Query& query, Selection& selection);
  Result<> take_keyed(const document::Query& query, const IndexPlan& plan, Selection& selection);
  Result<> take_keyed_at(const document::Query& query, const IndexPlan& plan, Selection& selection);
  Result<> take_position(std::int64_t position, Selection& selection);
  Result<> take_positions(std::vector<std::int64_t> positions, Selection& selection);

  Result<std::vector<std::int64_t>> positions_of_ids(const document::Query& query, const IndexPlan& plan);
  Result<std::vector<std::int64_t>> positions_of_keys(const document::Query& query, const IndexPlan& plan);
  Result<std::vector<std::int64_t>> positions_in_range(const document::Query& query, const IndexPlan& plan);
  Result<KeyRange> narrowest(const IndexPlan& plan);
  Result<> collect(Cursor& entries, std::vector<std::int64_t>& positions);
  bool newest() const { return scope_.at == kNewest; }

  Scope scope_;
  Effort& effort_;
};

}  // namespace millrace::store::sqlite
