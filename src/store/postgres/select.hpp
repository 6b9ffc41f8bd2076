// What a query asks of the server: one statement, so that it sees one moment of the table.
#pragma once

#include <cstddef>

#include "document/index_plan.hpp"
#include "document/store.hpp"
#include "store/postgres/sql_condition.hpp"
#include "store/postgres/table.hpp"

namespace millrace::store::postgres {

/// The rows of versions that the plan names, visible at the instant, from the newest: at most `limit`. They may be too many for the query's
/// page, and none of its page is missing.
Statement select_rows(const Table& table, const document::Query& query, const document::IndexPlan& plan, Instant at, std::size_t limit);

/// The same by a condition in SQL. Error "store.sql" for an argument that cannot be a value in SQL.
Result<Statement> select_rows(const Table& table, const document::Query& query, const SqlCondition& condition, Instant at,
                              std::size_t limit);

/// How many rows those would be. Requires: the plan is exact.
Statement count_rows(const Table& table, const document::IndexPlan& plan, Instant at);

/// How many entries a plan of kind key or keys would meet, up to `most`.
Statement count_entries(const Table& table, const document::IndexPlan& plan, std::size_t most);

}  // namespace millrace::store::postgres
