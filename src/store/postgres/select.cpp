#include "store/postgres/select.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace millrace::store::postgres {
namespace {

using document::IndexPlan;
using document::Query;

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

/// Where the query's page begins: below this.
std::int64_t position_before(const Query& query) {
  // Where there are keys to order by, positions say nothing.
  const document::Position before = query.order.empty() ? query.page.after : 0;
  return before == 0 ? kEnd : static_cast<std::int64_t>(std::min<document::Position>(before, kEnd));
}

/// What comes in the order of an index: all versions, or those of a key.
Statement list_rows(const Table& table, const Query& query, const IndexPlan* key, Instant at, std::size_t limit) {
  Statement statement{.is_kept = limit != SIZE_MAX, .at = at};
  Parameters& parameters = statement.parameters;
  parameters.integer(position_before(query)).integer(static_cast<std::int64_t>(std::min<std::uint64_t>(limit, kEnd)));
  if (key == nullptr) {
    statement.sql = at == kNewest ? table.list : table.list_at;
    if (at != kNewest) parameters.integer(at.microseconds);
  } else {
    statement.sql = at == kNewest ? table.list_key : table.list_key_at;
    statement.quiet_sql = at == kNewest ? nullptr : &table.list_key;
    parameters.integer(key->path).bytes(key->values.front()).integer(at.microseconds);
  }
  return statement;
}

/// Text and values of a statement, as they grow.
class Select {
 public:
  Select(const Table& table, Instant at) : table_(table), at_(at) {}

  /// Nothing is looked at that comes before the query's page.
  void begin_at_page(const Query& query) {
    const std::int64_t before = position_before(query);
    if (before != kEnd) before_ = integer(before);
  }

  std::string integer(std::int64_t value) { return numbered(parameters_.integer(value)); }
  std::string bytes(std::string_view value) { return numbered(parameters_.bytes(value)); }
  std::string byte_strings(const std::vector<std::string>& values) {
    const std::vector<std::string_view> views(values.begin(), values.end());
    return numbered(parameters_.byte_strings(views));
  }
  std::string texts(const std::vector<std::string>& values) {
    const std::vector<std::string_view> views(values.begin(), values.end());
    return numbered(parameters_.texts(views));
  }

  /// The condition that a version can be seen at the instant.
  std::string visible() {
    if (at_ == kNewest) return "v.superseded_at IS NULL AND NOT v.deleted";
    const std::string at = integer(at_.microseconds);
    return fmt::format("v.recorded_at <= {0} AND (v.superseded_at IS NULL OR v.superseded_at > {0}) AND NOT v.deleted", at);
  }

  /// The condition that the plan names a version.
  std::string named(const IndexPlan& plan) {
    switch (plan.kind) {
      case IndexPlan::Kind::scan: return "true";
      case IndexPlan::Kind::ids: {
        std::vector<std::string> ids;
        for (const std::string& id : plan.values) ids.push_back(stored_text(id));
        return fmt::format("v.id = ANY({})", texts(ids));
      }
      case IndexPlan::Kind::key:
      case IndexPlan::Kind::keys:
      case IndexPlan::Kind::range: return in_entries(entries(plan));
    }
    return "true";
  }

  /// The condition on entries of a plan of keys or of a range.
  std::string entries(const IndexPlan& plan) {
    if (plan.kind == IndexPlan::Kind::range) return in_range(plan);
    const std::string path = integer(plan.path);
    if (plan.values.size() == 1) return fmt::format("path = {} AND key = {}", path, bytes(plan.values.front()));
    return fmt::format("path = {} AND key = ANY({})", path, byte_strings(plan.values));
  }

  std::string before(std::string_view of) const { return before_.empty() ? "" : fmt::format(" AND {}.position < {}", of, before_); }

  /// The newest rows with a condition on top of what can be seen, so many of them.
  std::string newest(std::string_view condition, std::size_t limit) {
    return fmt::format("SELECT {} FROM {} AS v WHERE {} AND {}{} ORDER BY v.position DESC{}", table_.columns, table_.versions, condition,
                       visible(), before("v"), limited(limit));
  }

  Statement take(std::string sql) { return {.sql = std::move(sql), .parameters = std::move(parameters_)}; }
  Parameters& parameters() { return parameters_; }

 private:
  std::string numbered(const Parameters& parameters) { return fmt::format("${}", parameters.size()); }

  std::string limited(std::size_t limit) {
    return limit == SIZE_MAX ? "" : fmt::format(" LIMIT {}", integer(static_cast<std::int64_t>(limit)));
  }

  std::string in_entries(const std::string& condition) {
    std::string positions = fmt::format("SELECT position FROM {} AS e WHERE {}{}", table_.entries, condition, before("e"));
    if (at_ != kNewest)
      positions += fmt::format(" UNION ALL SELECT position FROM {} AS e WHERE {}{}", table_.entries_past, condition, before("e"));
    return fmt::format("v.position IN ({})", positions);
  }

  /// Two bounds may be met by two elements of one array: they are one range only where no version has several values.
  std::string in_range(const IndexPlan& plan) {
    const std::string path = integer(plan.path);
    const document::KeyRange& first = plan.ranges[0];
    if (plan.ranges.size() == 1) return fmt::format("path = {} AND key >= {} AND key < {}", path, bytes(first.first), bytes(first.end));
    const document::KeyRange& second = plan.ranges[1];
    const std::string many = fmt::format("(SELECT many FROM {} WHERE number = {})", table_.paths, path);
    return fmt::format("path = {0} AND key >= CASE WHEN {1} THEN {2} ELSE {3} END AND key < CASE WHEN {1} THEN {4} ELSE {5} END", path,
                       many, bytes(first.first), bytes(std::max(first.first, second.first)), bytes(first.end),
                       bytes(std::min(first.end, second.end)));
  }

  const Table& table_;
  const Instant at_;
  Parameters parameters_;
  std::string before_;  // the parameter
};

}  // namespace

Statement select_rows(const Table& table, const Query& query, const IndexPlan& plan, Instant at, std::size_t limit) {
  const bool is_key = plan.kind == IndexPlan::Kind::key;
  if (is_key || plan.kind == IndexPlan::Kind::scan) return list_rows(table, query, is_key ? &plan : nullptr, at, limit);
  Select select(table, at);
  select.begin_at_page(query);
  const std::string named = select.named(plan);
  return select.take(select.newest(named, limit));
}

Result<Statement> select_rows(const Table& table, const Query& query, const SqlCondition& condition, Instant at, std::size_t limit) {
  Select select(table, at);
  TRY_OK(condition.bind(select.parameters(), query.arguments));
  select.begin_at_page(query);
  return select.take(select.newest(fmt::format("({}\n)", condition.text()), limit));
}

Statement count_rows(const Table& table, const IndexPlan& plan, Instant at) {
  Select select(table, at);
  const std::string named = select.named(plan);
  return select.take(fmt::format("SELECT count(*) FROM {} AS v WHERE {} AND {}", table.versions, named, select.visible()));
}

Statement count_entries(const Table& table, const IndexPlan& plan, std::size_t most) {
  Select select(table, kNewest);
  const std::string entries = select.entries(plan);
  Statement statement =
      select.take(fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} WHERE {} LIMIT {}) AS met", table.entries, entries, most));
  statement.is_kept = true;
  return statement;
}

}  // namespace millrace::store::postgres
