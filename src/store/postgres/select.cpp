#include "store/postgres/select.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace millrace::store::postgres {
namespace {

using document::IndexPlan;
using document::Query;

/// Text and values of a statement, as they grow.
class Select {
 public:
  Select(const Table& table, Instant at) : table_(table), at_(at) {}

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
      case IndexPlan::Kind::key: return in_entries(fmt::format("path = {} AND key = {}", integer(plan.path), bytes(plan.values.front())));
      case IndexPlan::Kind::keys:
        return in_entries(fmt::format("path = {} AND key = ANY({})", integer(plan.path), byte_strings(plan.values)));
      case IndexPlan::Kind::range: return in_entries(in_range(plan));
    }
    return "true";
  }

  std::string before(const Query& query) {
    // Where there are keys to order by, positions say nothing.
    const document::Position before = query.order.empty() ? query.page.after : 0;
    constexpr auto kEnd = static_cast<document::Position>(std::numeric_limits<std::int64_t>::max());
    if (before == 0 || before > kEnd) return "";
    return fmt::format(" AND v.position < {}", integer(static_cast<std::int64_t>(before)));
  }

  std::string page(std::size_t limit) {
    std::string text = " ORDER BY v.position DESC";
    if (limit != SIZE_MAX) text += fmt::format(" LIMIT {}", limit);
    return text;
  }

  Statement take(std::string sql) { return {.sql = std::move(sql), .parameters = std::move(parameters_)}; }
  Parameters& parameters() { return parameters_; }

 private:
  std::string numbered(const Parameters& parameters) { return fmt::format("${}", parameters.size()); }

  std::string in_entries(const std::string& condition) {
    std::string positions = fmt::format("SELECT position FROM {} WHERE {}", table_.entries, condition);
    if (at_ != kNewest) positions += fmt::format(" UNION ALL SELECT position FROM {} WHERE {}", table_.entries_past, condition);
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
};

}  // namespace

Statement select_rows(const Table& table, const Query& query, const IndexPlan& plan, Instant at, std::size_t limit) {
  Select select(table, at);
  // The entries of one key come in the order of the list: the server can end when it has enough.
  if (plan.kind == IndexPlan::Kind::key && at == kNewest) {
    const std::string path = select.integer(plan.path);
    const std::string key = select.bytes(plan.values.front());
    std::string sql = fmt::format("SELECT {} FROM {} AS e JOIN {} AS v ON v.position = e.position WHERE e.path = {} AND e.key = {}",
                                  table.columns, table.entries, table.versions, path, key);
    sql += select.before(query);
    std::string end = " ORDER BY e.position DESC";
    if (limit != SIZE_MAX) end += fmt::format(" LIMIT {}", limit);
    return select.take(sql + " AND " + select.visible() + end);
  }
  std::string sql = fmt::format("SELECT {} FROM {} AS v WHERE {}", table.columns, table.versions, select.named(plan));
  sql += " AND " + select.visible();
  sql += select.before(query);
  return select.take(sql + select.page(limit));
}

Result<Statement> select_rows(const Table& table, const Query& query, const SqlCondition& condition, Instant at, std::size_t limit) {
  Select select(table, at);
  TRY_OK(condition.bind(select.parameters(), query.arguments));
  std::string sql = fmt::format("SELECT {} FROM {} AS v WHERE ({}\n)", table.columns, table.versions, condition.text());
  sql += " AND " + select.visible();
  sql += select.before(query);
  return select.take(sql + select.page(limit));
}

Statement count_rows(const Table& table, const IndexPlan& plan, Instant at) {
  Select select(table, at);
  const std::string named = select.named(plan);
  return select.take(fmt::format("SELECT count(*) FROM {} AS v WHERE {} AND {}", table.versions, named, select.visible()));
}

Statement count_entries(const Table& table, const IndexPlan& plan, std::size_t most) {
  Select select(table, kNewest);
  const std::string path = select.integer(plan.path);
  const std::string keys = select.byte_strings(plan.values);
  return select.take(fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} WHERE path = {} AND key = ANY({}) LIMIT {}) AS met", table.entries,
                                 path, keys, most));
}

}  // namespace millrace::store::postgres
