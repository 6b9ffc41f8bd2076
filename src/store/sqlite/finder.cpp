#include "store/sqlite/finder.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

#include "store/sqlite/versions_at.hpp"

namespace millrace::store::sqlite {
namespace {

using document::Documents;
using document::IndexPlan;
using document::KeyRange;
using document::Query;
using document::Selection;

/// Positions collected from an index. Where more would match, a scan from the newest finds a page of them sooner.
constexpr std::size_t kCollectedMax = 20'000;

/// Entries counted before one plan is preferred to another.
constexpr std::size_t kCountedMax = 256;

/// Positions that can be on the page are below this. Where there are keys to order by, positions say nothing.
std::int64_t before_of(const Query& query) {
  const document::Position before = query.order.empty() ? query.page.after : 0;
  constexpr auto kEnd = std::numeric_limits<std::int64_t>::max();
  return before == 0 || before > static_cast<document::Position>(kEnd) ? kEnd : static_cast<std::int64_t>(before);
}

}  // namespace

Result<Documents> Finder::find(const Query& query, const SqlCondition* condition) {
  Documents documents;
  if (!query.order.empty() || query.page.from_end) {
    TRY(documents, find_ranked(query, condition));
  } else {
    document::NewestPage page(query, scope_.view);
    TRY_OK(select(query, condition, page));
    documents = std::move(page).take_documents();
  }
  scope_.view.bytes_max -= std::min(scope_.view.bytes_max, documents.bytes());
  return documents;
}

Result<std::uint64_t> Finder::count(const Query& query, const SqlCondition* condition) {
  const Query whole{.filter = query.filter, .arguments = query.arguments};
  document::Count count(whole, scope_.view);
  TRY_OK(select(whole, condition, count));
  return count.count();
}

Result<Documents> Finder::find_ranked(const Query& query, const SqlCondition* condition) {
  document::Ranking::Bounds bounds;
  TRY(bounds.after, rank_at(query, query.page.after));
  TRY(bounds.until, rank_at(query, query.page.until));
  document::RankedPage page(query, scope_.view, std::move(bounds));
  TRY_OK(select(query, condition, page));
  if (effort_.spent) return Documents();
  return versions_at(std::move(page).positions(), scope_.view.bytes_max);
}

/// Where the version at a position stands in the query's order; nothing for position 0.
Result<std::optional<document::Rank>> Finder::rank_at(const Query& query, document::Position position) {
  if (position == 0) return std::nullopt;
  if (query.order.empty()) return document::Rank{{}, position};
  TRY(const Documents versions, versions_at({position}, SIZE_MAX));
  if (versions.empty()) return Failure(document::no_version_at(position));
  return document::Rank{document::order_bytes(query.order, versions.text(0)), position};
}

Result<Documents> Finder::versions_at(const std::vector<document::Position>& positions, std::size_t bytes_max) {
  constexpr auto kMax = static_cast<document::Position>(std::numeric_limits<std::int64_t>::max());
  Documents documents;
  std::span<const document::Position> left = positions;
  while (!left.empty() && !documents.is_cut()) {
    std::array<std::int64_t, kPlacesAtOnce> some{};
    const std::size_t count = std::min(left.size(), some.size());
    for (std::size_t i = 0; i < count; ++i) some[i] = static_cast<std::int64_t>(std::min(left[i], kMax));
    VersionsAt versions(scope_.connection, scope_.table, std::span(some).first(count));
    for (std::size_t i = 0; i < count && !documents.is_cut(); ++i) {
      const Version* const version = versions.next();
      if (versions.failed()) return Failure(scope_.connection.failure());
      if (version == nullptr) continue;
      documents.add(version->id(), version->payload(), version->envelope());
      documents.cut_to(bytes_max);
    }
    left = left.subspan(count);
  }
  return documents;
}

Result<> Finder::select(const Query& query, const SqlCondition* condition, Selection& selection) {
  if (condition != nullptr) return select_sql(query, *condition, selection);
  const std::vector<IndexPlan> plans = document::plan_index(*query.filter, query.arguments, scope_.paths);
  TRY(const IndexPlan* const plan, choose(plans));
  return select_planned(query, *plan, selection);
}

/// The plan with the fewest entries. A condition that nearly every document meets must not be the one that leads.
Result<const IndexPlan*> Finder::choose(const std::vector<IndexPlan>& plans) {
  const IndexPlan* best = &plans.front();
  if (plans.size() == 1) return best;
  std::size_t fewest = kCountedMax + 1;
  for (const IndexPlan& plan : plans) {
    TRY(const std::size_t count, entries_of(plan));
    if (count < fewest) best = &plan;
    fewest = std::min(fewest, count);
  }
  return best;
}

/// How many entries the plan would meet, up to kCountedMax.
Result<std::size_t> Finder::entries_of(const IndexPlan& plan) {
  std::size_t total = 0;
  for (const std::string& key : plan.values) {
    Cursor count = scope_.connection.use(scope_.table.count_equal);
    count.integer(1, plan.path).blob(2, key).integer(3, static_cast<std::int64_t>(kCountedMax - total));
    if (count.next()) total += static_cast<std::size_t>(count.integer(0));
    if (count.failed()) return Failure(scope_.connection.failure());
    if (total >= kCountedMax) break;
  }
  return total;
}

Result<> Finder::select_planned(const Query& query, const IndexPlan& plan, Selection& selection) {
  selection.check_only(plan.exact ? nullptr : query.filter);
  const std::size_t most = selection.sees_all() ? SIZE_MAX : kCollectedMax;
  std::vector<std::int64_t> positions;
  switch (plan.kind) {
    case IndexPlan::Kind::scan: return take_scanned(query, selection);
    case IndexPlan::Kind::key: return take_keyed(query, plan, selection);
    case IndexPlan::Kind::ids: {
      TRY(positions, positions_of_ids(query, plan));
      return take_positions(std::move(positions), selection);
    }
    case IndexPlan::Kind::keys: {
      TRY(positions, positions_of_keys(query, plan, most));
      break;
    }
    case IndexPlan::Kind::range: {
      TRY(positions, positions_in_range(query, plan, most));
      break;
    }
  }
  if (positions.size() >= most) return select_planned(query, IndexPlan{}, selection);
  return take_positions(std::move(positions), selection);
}

Result<> Finder::select_sql(const Query& query, const SqlCondition& condition, Selection& selection) {
  selection.check_only(condition.rest());
  TRY(const SqlArguments arguments, SqlArguments::make(condition, query.arguments));
  Cursor rows = scope_.connection.use(newest() ? condition.newest() : condition.at());
  arguments.bind(rows);
  const int count = arguments.count();
  rows.integer(count + 1, before_of(query));
  if (!newest()) rows.integer(count + 2, scope_.view.at.microseconds);
  return take_rows(rows, selection);
}

Result<> Finder::take_rows(Cursor& rows, Selection& selection) {
  while (!selection.full() && effort_.use() && rows.next()) selection.take(Row(rows));
  if (rows.failed()) return Failure(scope_.connection.failure());
  return {};
}

Result<> Finder::take_scanned(const Query& query, Selection& selection) {
  Cursor rows = scope_.connection.use(newest() ? scope_.table.scan_newest : scope_.table.scan_at);
  rows.integer(1, before_of(query));
  if (!newest()) rows.integer(2, scope_.view.at.microseconds);
  return take_rows(rows, selection);
}

Result<> Finder::take_keyed(const Query& query, const IndexPlan& plan, Selection& selection) {
  Cursor entries = scope_.connection.use(newest() ? scope_.table.equal_newest : scope_.table.equal_at);
  entries.integer(1, plan.path).blob(2, plan.values.front()).integer(3, before_of(query));
  std::array<std::int64_t, kPlacesAtOnce> positions;
  const std::size_t at_once = std::min(positions.size(), query.page.limit);
  std::size_t count = at_once;
  while (count == at_once && !selection.full()) {
    count = 0;
    while (count < at_once && effort_.use() && entries.next()) positions[count++] = entries.integer(0);
    if (entries.failed()) return Failure(scope_.connection.failure());
    TRY_OK(take_some(std::span(positions).first(count), selection));
  }
  return {};
}

/// At most kPlacesAtOnce.
Result<> Finder::take_some(std::span<const std::int64_t> positions, Selection& selection) {
  VersionsAt versions(scope_.connection, scope_.table, positions);
  for (std::size_t i = 0; i < positions.size() && !selection.full(); ++i) {
    const Version* const version = versions.next();
    if (versions.failed()) return Failure(scope_.connection.failure());
    if (version != nullptr) selection.take(*version);
  }
  return {};
}

Result<> Finder::take_positions(std::vector<std::int64_t> positions, Selection& selection) {
  std::ranges::sort(positions, std::greater());
  const auto repeated = std::ranges::unique(positions);
  positions.erase(repeated.begin(), repeated.end());
  std::span<const std::int64_t> left = positions;
  while (!left.empty() && !selection.full()) {
    const auto some = left.first(std::min(left.size(), kPlacesAtOnce));
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (!effort_.use()) return {};
    }
    TRY_OK(take_some(some, selection));
    left = left.subspan(some.size());
  }
  return {};
}

Result<std::vector<std::int64_t>> Finder::positions_of_ids(const Query& query, const IndexPlan& plan) {
  std::vector<std::int64_t> positions;
  for (const std::string& id : plan.values) {
    if (!effort_.use()) break;
    Cursor row = scope_.connection.use(newest() ? scope_.table.read_newest : scope_.table.read_at);
    row.text(1, id);
    if (!newest()) row.integer(2, scope_.view.at.microseconds);
    if (row.next() && row.integer(kPosition) < before_of(query)) positions.push_back(row.integer(kPosition));
    if (row.failed()) return Failure(scope_.connection.failure());
  }
  return positions;
}

Result<std::vector<std::int64_t>> Finder::positions_of_keys(const Query& query, const IndexPlan& plan, std::size_t most) {
  // Where all that an index names is on the page, the page is among so many of the newest of each key.
  const bool is_page = plan.exact && newest() && most != SIZE_MAX;
  const std::size_t of_each = std::min(most, query.page.limit) + std::min(most, query.page.offset);
  std::vector<std::int64_t> positions;
  for (const std::string& key : plan.values) {
    Cursor entries = scope_.connection.use(newest() ? scope_.table.equal_newest : scope_.table.equal_at);
    entries.integer(1, plan.path).blob(2, key).integer(3, before_of(query));
    TRY_OK(collect(entries, positions, is_page ? std::min(most, positions.size() + of_each) : most));
  }
  return positions;
}

Result<std::vector<std::int64_t>> Finder::positions_in_range(const Query& query, const IndexPlan& plan, std::size_t most) {
  TRY(const KeyRange range, narrowest(plan));
  std::vector<std::int64_t> positions;
  Cursor entries = scope_.connection.use(newest() ? scope_.table.range_newest : scope_.table.range_at);
  entries.integer(1, plan.path).blob(2, range.first).blob(3, range.end).integer(4, before_of(query));
  TRY_OK(collect(entries, positions, most));
  return positions;
}

/// Two bounds may be met by two elements of one array: they are one range only where no version has several values.
Result<KeyRange> Finder::narrowest(const IndexPlan& plan) {
  if (plan.ranges.size() == 1) return plan.ranges[0];
  Cursor path = scope_.connection.use(scope_.table.is_many);
  const bool many = path.integer(1, plan.path).next() && path.integer(0) != 0;
  if (path.failed()) return Failure(scope_.connection.failure());
  if (many) return plan.ranges[0];
  return KeyRange{.first = std::max(plan.ranges[0].first, plan.ranges[1].first), .end = std::min(plan.ranges[0].end, plan.ranges[1].end)};
}

Result<> Finder::collect(Cursor& entries, std::vector<std::int64_t>& positions, std::size_t most) {
  while (positions.size() < most && effort_.use() && entries.next()) positions.push_back(entries.integer(0));
  if (entries.failed()) return Failure(scope_.connection.failure());
  return {};
}

}  // namespace millrace::store::sqlite
