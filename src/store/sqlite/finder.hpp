// Answering one query over a collection: through the index that serves it, or by a scan from the newest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "document/index_plan.hpp"
#include "document/selection.hpp"
#include "document/store.hpp"
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
    const std::vector<document::IndexedPath>& paths;
    document::View view;
  };
  Finder(const Scope& scope, Effort& effort) : scope_(scope), effort_(effort) {}

  /// The documents that match; all finds together give what the view's bytes_max lets them. `condition`: what was prepared for a filter
  /// with a part in SQL. When the effort is spent the result is of no use.
  Result<document::Documents> find(const document::Query& query, const SqlCondition* condition = nullptr);
  /// How many match, whatever the query's page. Likewise.
  Result<std::uint64_t> count(const document::Query& query, const SqlCondition* condition = nullptr);

 private:
  Result<> select(const document::Query& query, const SqlCondition* condition, document::Selection& selection);
  Result<> select_sql(const document::Query& query, const SqlCondition& condition, document::Selection& selection);
  Result<> select_planned(const document::Query& query, const document::IndexPlan& plan, document::Selection& selection);
  Result<document::Documents> find_ranked(const document::Query& query, const SqlCondition* condition);
  Result<std::optional<document::Rank>> rank_at(const document::Query& query, document::Position position);
  Result<document::Documents> versions_at(const std::vector<document::Position>& positions, std::size_t bytes_max);
  Result<std::size_t> entries_of(const document::IndexPlan& plan);
  Result<const document::IndexPlan*> choose(const std::vector<document::IndexPlan>& plans);
  Result<> take_rows(Cursor& rows, document::Selection& selection);
  Result<> take_scanned(const document::Query& query, document::Selection& selection);
  Result<> take_keyed(const document::Query& query, const document::IndexPlan& plan, document::Selection& selection);
  Result<> take_some(std::span<const std::int64_t> positions, document::Selection& selection);
  Result<> take_positions(std::vector<std::int64_t> positions, document::Selection& selection);

  Result<std::vector<std::int64_t>> positions_of_ids(const document::Query& query, const document::IndexPlan& plan);
  Result<std::vector<std::int64_t>> positions_of_keys(const document::Query& query, const document::IndexPlan& plan, std::size_t most);
  Result<std::vector<std::int64_t>> positions_in_range(const document::Query& query, const document::IndexPlan& plan, std::size_t most);
  Result<document::KeyRange> narrowest(const document::IndexPlan& plan);
  Result<> collect(Cursor& entries, std::vector<std::int64_t>& positions, std::size_t most);
  bool newest() const { return scope_.view.at == kNewest; }

  Scope scope_;
  Effort& effort_;
};

}  // namespace millrace::store::sqlite
