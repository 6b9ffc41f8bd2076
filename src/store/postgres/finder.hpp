// Answering queries over a collection: through the index that serves them, or by a scan from the newest. The server gives rows of which
// none that matches is missing; what counts is decided here (document/selection.hpp).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "document/index_plan.hpp"
#include "document/selection.hpp"
#include "store/postgres/lane.hpp"
#include "store/postgres/select.hpp"

namespace millrace::store::postgres {

/// For one batch of queries. What the scope names outlives it.
class Finder {
 public:
  struct Scope {
    Lane& lane;
    const Table& table;
    const std::vector<document::IndexedPath>& paths;
    document::View view;
  };
  explicit Finder(const Scope& scope) : scope_(scope) {}

  /// The documents that match. `condition`: what was prepared for a filter with a part in SQL.
  Task<document::Documents> find(const document::Query& query, const SqlCondition* condition);
  /// How many match, whatever the query's page.
  Task<std::uint64_t> count(const document::Query& query, const SqlCondition* condition);

 private:
  using Make = std::function<std::unique_ptr<document::Selection>()>;
  struct Selected {
    std::unique_ptr<document::Selection> selection;
  };
  Task<Selected> select(const document::Query& query, const SqlCondition* condition, Make make);
  Task<Selected> select_all(const document::Query& query, const SqlCondition* condition, const Make& make);
  Task<void> scan(const Statement& statement, document::Selection& selection);
  Task<void> fetch_all(Link& link, const Statement& statement, document::Selection& selection);
  Task<document::IndexPlan> choose(const document::Query& query);
  Task<void> prefer_scan(const document::Query& query, document::IndexPlan& plan);
  Task<document::Documents> find_ranked(const document::Query& query, const SqlCondition* condition);
  Task<std::optional<document::Rank>> rank_at(const document::Query& query, document::Position position);
  Task<document::Documents> versions_at(std::vector<document::Position> positions, std::size_t bytes_max);
  Result<Statement> statement(const document::Query& query, const SqlCondition* condition, const document::IndexPlan& plan,
                              std::size_t limit) const;

  Scope scope_;
};

}  // namespace millrace::store::postgres
