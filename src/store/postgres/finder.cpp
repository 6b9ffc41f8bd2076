#include "store/postgres/finder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace millrace::store::postgres {
namespace {

using document::Documents;
using document::IndexPlan;
using document::Position;
using document::Query;
using document::Selection;

/// Rows asked for at a time.
constexpr std::size_t kRowsMin = 16;
constexpr std::size_t kRowsMax = 500;

/// Entries counted before one plan is preferred to another.
constexpr std::size_t kCountedMax = 256;

/// Entries among which a page is looked for that begins where another ended. Where there are more, a scan from there finds it sooner: all
/// of them would be sorted for each page.
constexpr std::size_t kEntriesMax = 20'000;

void take_rows(const Rows& rows, Selection& selection) {
  for (int row = 0; row < rows.size() && !selection.full(); ++row) selection.take(Row(rows, row));
}

/// How many rows to ask for at first: those of the page, when every row is on it.
std::size_t first_rows(const Query& query, const Selection& selection) {
  if (selection.sees_all() || query.page.limit > kRowsMax || query.page.offset > kRowsMax) return kRowsMax;
  return std::clamp(query.page.limit + query.page.offset, kRowsMin, kRowsMax);
}

}  // namespace

Task<Documents> Finder::find(const Query& query, const SqlCondition* condition) {
  Documents documents;
  if (!query.order.empty() || query.page.from_end) {
    CO_TRY(documents, co_await find_ranked(query, condition));
  } else {
    Make make = [&query, view = scope_.view] { return std::make_unique<document::NewestPage>(query, view); };
    CO_TRY(Selected selected, co_await select(query, condition, std::move(make)));
    documents = std::move(static_cast<document::NewestPage&>(*selected.selection)).take_documents();
  }
  scope_.view.bytes_max -= std::min(scope_.view.bytes_max, documents.bytes());
  co_return std::move(documents);
}

Task<std::uint64_t> Finder::count(const Query& query, const SqlCondition* condition) {
  const Query whole{.filter = query.filter, .arguments = query.arguments};
  if (condition == nullptr) {
    CO_TRY(const IndexPlan plan, co_await choose(whole));
    if (plan.exact) {
      Statement counting = count_rows(scope_.table, plan, scope_.view.at);
      CO_TRY(const Rows rows, co_await scope_.lane.ask(std::move(counting), scope_.view.at));
      co_return static_cast<std::uint64_t>(rows.integer(0, 0));
    }
  }
  Make make = [&whole, view = scope_.view] { return std::make_unique<document::Count>(whole, view); };
  CO_TRY(Selected selected, co_await select(whole, condition, std::move(make)));
  co_return static_cast<document::Count&>(*selected.selection).count();
}

Task<Documents> Finder::find_ranked(const Query& query, const SqlCondition* condition) {
  document::Ranking::Bounds bounds;
  CO_TRY(bounds.after, co_await rank_at(query, query.page.after));
  CO_TRY(bounds.until, co_await rank_at(query, query.page.until));
  Make make = [&query, &bounds, view = scope_.view] { return std::make_unique<document::RankedPage>(query, view, bounds); };
  CO_TRY(Selected selected, co_await select(query, condition, std::move(make)));
  std::vector<Position> positions = std::move(static_cast<document::RankedPage&>(*selected.selection)).positions();
  auto documents = co_await versions_at(std::move(positions), scope_.view.bytes_max);
  co_return documents;
}

/// Where the version at a position stands in the query's order; nothing for position 0.
Task<std::optional<document::Rank>> Finder::rank_at(const Query& query, Position position) {
  if (position == 0) co_return std::optional<document::Rank>();
  if (query.order.empty()) co_return std::optional<document::Rank>(document::Rank{{}, position});
  std::vector<Position> positions = {position};
  CO_TRY(const Documents versions, co_await versions_at(std::move(positions), SIZE_MAX));
  if (versions.empty()) co_return Failure(document::no_version_at(position));
  co_return std::optional<document::Rank>(document::Rank{document::order_bytes(query.order, versions.text(0)), position});
}

Task<Documents> Finder::versions_at(std::vector<Position> positions, std::size_t bytes_max) {
  Documents versions;
  for (std::size_t begin = 0; begin < positions.size() && !versions.is_cut(); begin += kRowsMax) {
    std::vector<std::int64_t> part;
    for (std::size_t i = begin; i < std::min(begin + kRowsMax, positions.size()); ++i) {
      part.push_back(static_cast<std::int64_t>(std::min<Position>(positions[i], INT64_MAX)));
    }
    Statement asking{.sql = scope_.table.at_positions, .parameters = {}, .is_kept = true};
    asking.parameters.integers(part);
    CO_TRY(const Rows rows, co_await scope_.lane.ask(std::move(asking)));
    std::unordered_map<std::int64_t, int> places;
    for (int row = 0; row < rows.size(); ++row) places[rows.integer(row, kPosition)] = row;
    for (const std::int64_t position : part) {
      const auto place = places.find(position);
      if (place == places.end()) continue;
      add_row(versions, Row(rows, place->second));
      if (versions.cut_to(bytes_max)) break;
    }
  }
  co_return std::move(versions);
}

/// The plan with the fewest entries. A condition that nearly every document meets must not be the one that leads.
Task<IndexPlan> Finder::choose(const Query& query) {
  std::vector<IndexPlan> plans = document::plan_index(*query.filter, query.arguments, scope_.paths);
  std::size_t best = 0;
  std::size_t fewest = kCountedMax + 1;
  for (std::size_t i = 0; i < plans.size() && plans.size() > 1; ++i) {
    Statement counting = count_entries(scope_.table, plans[i], kCountedMax);
    CO_TRY(const Rows rows, co_await scope_.lane.ask(std::move(counting)));
    const auto entries = static_cast<std::size_t>(rows.integer(0, 0));
    if (entries < fewest) best = i;
    fewest = std::min(fewest, entries);
  }
  co_return std::move(plans[best]);
}

/// Gives a plan up that costs more than to read on from where the page begins.
Task<void> Finder::prefer_scan(const Query& query, IndexPlan& plan) {
  const bool is_unordered = plan.kind == IndexPlan::Kind::keys || plan.kind == IndexPlan::Kind::range;
  if (!is_unordered || query.page.after == 0) co_return {};
  Statement counting = count_entries(scope_.table, plan, kEntriesMax);
  CO_TRY(const Rows rows, co_await scope_.lane.ask(std::move(counting)));
  if (static_cast<std::size_t>(rows.integer(0, 0)) == kEntriesMax) plan = {};
  co_return {};
}

Result<Statement> Finder::statement(const Query& query, const SqlCondition* condition, const IndexPlan& plan, std::size_t limit) const {
  if (condition != nullptr) return select_rows(scope_.table, query, *condition, scope_.view.at, limit);
  return select_rows(scope_.table, query, plan, scope_.view.at, limit);
}

/// A document that SQL cannot read must not hide all the others: whoever may write could put one there.
Task<Finder::Selected> Finder::select(const Query& query, const SqlCondition* condition, Make make) {
  auto selected = co_await select_all(query, condition, make);
  if (selected || condition == nullptr || selected.error().code != "store.sql") co_return selected;
  const SqlCondition readable = condition->of_readable();
  selected = co_await select_all(query, &readable, make);
  co_return selected;
}

/// Asks for what should do; when that is full and more is needed, for all, as one reader with a cursor.
Task<Finder::Selected> Finder::select_all(const Query& query, const SqlCondition* condition, const Make& make) {
  IndexPlan plan;
  Selected selected{.selection = make()};
  if (condition == nullptr) {
    CO_TRY(plan, co_await choose(query));
    if (!selected.selection->sees_all()) {
      CO_TRY_OK(co_await prefer_scan(query, plan));
    }
  }
  const document::Filter* left = plan.exact ? nullptr : query.filter;
  if (condition != nullptr) left = condition->rest();
  selected.selection->check_only(left);
  const std::size_t limit = first_rows(query, *selected.selection);
  {
    CO_TRY(Statement asking, statement(query, condition, plan, limit));
    CO_TRY(const Rows rows, co_await scope_.lane.ask(std::move(asking), scope_.view.at));
    take_rows(rows, *selected.selection);
    if (static_cast<std::size_t>(rows.size()) < limit || selected.selection->full()) co_return std::move(selected);
  }
  selected.selection = make();
  selected.selection->check_only(left);
  CO_TRY(const Statement asking, statement(query, condition, plan, SIZE_MAX));
  CO_TRY_OK(co_await scan(asking, *selected.selection));
  co_return std::move(selected);
}

Task<void> Finder::scan(const Statement& statement, Selection& selection) {
  CO_TRY(const Lane::Scan held, co_await scope_.lane.scan());
  Result<> fetched = co_await fetch_all(held.link(), statement, selection);
  // A transaction that failed, or was left in the middle, ends with its connection.
  if (!fetched) held.link().reset();
  co_return fetched;
}

Task<void> Finder::fetch_all(Link& link, const Statement& statement, Selection& selection) {
  const std::string fetch = fmt::format("FETCH {} FROM rows", kRowsMax);
  Exchange opening;
  opening.add("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  opening.statements.push_back(transaction_limits(scope_.lane.timeout()));
  opening.add("DECLARE rows NO SCROLL CURSOR FOR " + statement.sql, statement.parameters).add(fetch);
  CO_TRY_OK(co_await link.run(opening));
  const std::uint64_t generation = link.generation();
  Exchange last = std::move(opening);
  while (true) {
    const Rows& rows = last.rows.back();
    take_rows(rows, selection);
    if (selection.full() || static_cast<std::size_t>(rows.size()) < kRowsMax) break;
    Exchange next;
    next.add(fetch);
    CO_TRY_OK(co_await link.run(next, generation));
    last = std::move(next);
  }
  Exchange closing;
  closing.add("COMMIT");
  Result<> closed = co_await link.run(closing, generation);
  co_return closed;
}

}  // namespace millrace::store::postgres
