#include "access/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "access/shown.hpp"
#include "base/digest.hpp"
#include "base/json/slices.hpp"
#include "document/filter_text.hpp"
#include "io/loop.hpp"

namespace millrace::access {

using document::Documents;
using document::Filter;
using document::Position;
using document::Query;
using document::View;

namespace {

using Clock = std::chrono::steady_clock;

constexpr Position kNowhere = Position{1} << 62;

// --- What is asked by ------------------------------------------------------------------------------------------------------------------

/// The first member that a condition compares and the rule hides; what is written in SQL names nobody knows what.
const Filter* hidden_condition(const Filter& filter, const Query& query, const Rule& rule) {
  for (const Filter& child : filter.children)
    if (const Filter* found = hidden_condition(child, query, rule)) return found;
  const auto is_followed = [&query](std::uint32_t parameter) { return query.followed == parameter; };
  if (filter.kind == Filter::Kind::sql) return std::ranges::all_of(filter.sql_parameters, is_followed) ? nullptr : &filter;
  if (filter.kind != Filter::Kind::compare || filter.path.root == document::FieldPath::Root::id) return nullptr;
  if (!filter.operand.is_literal() && (is_followed(filter.operand.parameter) || query.arguments[filter.operand.parameter].empty()))
    return nullptr;
  return rule.shows(filter.path.keys.front()) ? nullptr : &filter;
}

Failure hidden_field(std::string_view name) {
  return Failure(Error{ErrorKind::forbidden, "access.field", fmt::format("You may not ask by \"{:.100}\".", name)});
}

Result<> check_named(const Query& query, const Rule& rule) {
  if (const Filter* found = hidden_condition(*query.filter, query, rule))
    return hidden_field(found->kind == Filter::Kind::sql ? "a condition in SQL" : json::decode_string(found->path.keys.front()));
  for (const document::OrderKey& key : query.order)
    if (key.path.root == document::FieldPath::Root::payload && !rule.shows(key.path.keys.front()))
      return hidden_field(json::decode_string(key.path.keys.front()));
  return {};
}

Result<> check_named(std::span<const Query> queries, const Decision& decision) {
  if (decision.rule == nullptr || !hides(*decision.rule)) return {};
  for (const Query& query : queries) TRY_OK(check_named(query, *decision.rule));
  return {};
}

void shift_parameters(Filter& filter, std::uint32_t by) {
  for (Filter& child : filter.children) shift_parameters(child, by);
  if (!filter.operand.is_literal()) filter.operand.parameter += by;
}

/// The rule's arguments come behind the query's.
Filter both_of(const Query& query, const Rule& rule) {
  std::vector<Filter> both = {*query.filter, rule.where};
  shift_parameters(both.back(), static_cast<std::uint32_t>(query.arguments.size()));
  return Filter::all_of(std::move(both));
}

}  // namespace

/// Filters that live as long as one asking.
class Narrowed {
 public:
  const Filter& add(const Query& query, const Rule& rule) {
    if (query.filter == last_ && query.arguments.size() == last_size_) return filters_.back();
    last_ = query.filter;
    last_size_ = query.arguments.size();
    return filters_.emplace_back(both_of(query, rule));
  }

 private:
  std::deque<Filter> filters_;
  const Filter* last_ = nullptr;  // the filter that the last one was made of
  std::size_t last_size_ = 0;
};

const Filter& Guard::combined(const Query& query, const Rule& rule) {
  const std::lock_guard lock(mutex_);
  auto& known = combined_[{query.filter, &rule}];
  if (!known) known = std::make_unique<const Filter>(both_of(query, rule));
  return *known;
}

/// A cursor to a version that may not be seen would tell where in an order it stands: it is as one to nowhere.
Task<void> Guard::check_place(Position& place, const Decision& decision) {
  if (place == 0) co_return {};
  CO_TRY(const Documents version, co_await store_.changes(place - 1, 1));
  const bool is_there = !version.empty() && version.envelope(0).position == place;
  if (!is_there || !decision.is_met_by(version.text(0))) place = kNowhere;
  co_return {};
}

Task<std::vector<Query>> Guard::narrow(std::span<const Query> queries, const Decision& decision, Narrowed& narrowed) {
  std::vector<Query> all(queries.begin(), queries.end());
  for (Query& query : all) {
    if (!query.order.empty()) {
      CO_TRY_OK(co_await check_place(query.page.after, decision));
      CO_TRY_OK(co_await check_place(query.page.until, decision));
    }
    query.filter = has_sql(*query.filter) ? &combined(query, *decision.rule) : &narrowed.add(query, *decision.rule);
    query.arguments.insert(query.arguments.end(), decision.values.begin(), decision.values.end());
  }
  co_return std::move(all);
}

Task<void> Guard::settle(Clock::time_point asked, const Decision& decision) const {
  if (!decision.is_narrow() || grain_.finest.count() == 0) co_return {};
  CO_TRY_OK(co_await io::pause_until(asked + grain_.after(Clock::now() - asked)));
  co_return {};
}

// --- Lists -----------------------------------------------------------------------------------------------------------------------------

Task<std::vector<Documents>> Guard::find(std::span<const Query> queries, View view) {
  const Decision decision = decision_for(Right::read, view.principal);
  CO_TRY_OK(check_named(queries, decision));
  if (!decision.sees_any()) co_return std::vector<Documents>(queries.size());
  if (decision.sees_all(rules_.has_tokens)) {
    auto all = co_await store_.find(queries, view);
    co_return all;
  }
  const Clock::time_point asked = Clock::now();
  auto found = co_await find_as(decision, queries, view);
  CO_TRY_OK(co_await settle(asked, decision));
  co_return found;
}

Task<std::vector<Documents>> Guard::find_as(const Decision& decision, std::span<const Query> queries, View view) {
  Narrowed narrowed;
  CO_TRY(const auto asked, co_await narrow(queries, decision, narrowed));
  CO_TRY(auto found, co_await store_.find(asked, view));
  if (!hides(*decision.rule)) co_return std::move(found);
  for (Documents& documents : found) {
    Documents shown;
    shown.reserve(documents.size(), documents.bytes());
    for (std::size_t i = 0; i < documents.size(); ++i) add_shown(shown, documents, i, decision.rule, view.hidden);
    if (documents.is_cut()) shown.mark_cut();
    documents = std::move(shown);
  }
  co_return std::move(found);
}

Task<std::vector<std::uint64_t>> Guard::count(std::span<const Query> queries, View view) {
  const Decision decision = decision_for(Right::read, view.principal);
  CO_TRY_OK(check_named(queries, decision));
  if (!decision.sees_any()) co_return std::vector<std::uint64_t>(queries.size());
  const Clock::time_point begun = Clock::now();
  Narrowed narrowed;
  CO_TRY(const auto asked, co_await narrow(queries, decision, narrowed));
  auto counts = co_await store_.count(asked, view);
  CO_TRY_OK(co_await settle(begun, decision));
  co_return counts;
}

// --- Versions --------------------------------------------------------------------------------------------------------------------------

Task<Documents> Guard::read(std::span<const std::string_view> ids, View view) {
  const Decision decision = decision_for(view.writes ? right_of(*view.writes) : Right::read, view.principal);
  if (view.writes && decision.rule == nullptr) co_return Failure(denied(*view.writes, view.principal));
  if (!decision.sees_any()) {
    Documents none;
    for (std::size_t i = 0; i < ids.size(); ++i) none.add_missing();
    co_return std::move(none);
  }
  const Clock::time_point asked = Clock::now();
  CO_TRY(Documents shown, co_await read_as(decision, ids, view));
  bool is_all_shown = true;
  for (std::size_t i = 0; i < shown.size(); ++i) is_all_shown &= shown.found(i);
  if (!is_all_shown) {
    CO_TRY_OK(co_await settle(asked, decision));
  }
  co_return std::move(shown);
}

Task<Documents> Guard::read_as(const Decision& decision, std::span<const std::string_view> ids, View view) {
  const document::Hidden hidden = view.writes ? document::Hidden::kept : view.hidden;
  Documents shown;
  // How much of it may not be seen is not told by where it is cut.
  while (shown.size() < ids.size() && !shown.is_cut()) {
    CO_TRY(const Documents found, co_await store_.read(ids.subspan(shown.size()), view));
    for (std::size_t i = 0; i < found.size(); ++i) {
      const bool is_seen = found.found(i) && decision.is_met_by(found.text(i));
      add_shown(shown, found, i, is_seen ? decision.rule : nullptr, hidden);
      if (is_seen && shown.cut_to(view.bytes_max)) break;
    }
    if (found.empty()) shown.mark_cut();
  }
  co_return std::move(shown);
}

Task<bool> Guard::is_seen(const Decision& decision, const Documents& versions, std::size_t i) {
  if (!versions.envelope(i).deleted) co_return decision.is_met_by(versions.text(i));
  const std::string id = versions.id(i);
  CO_TRY(const Documents before, co_await store_.history(id, View{}, versions.envelope(i).position, 1));
  co_return !before.empty() && !before.envelope(0).deleted && decision.is_met_by(before.text(0));
}

Task<void> Guard::add_author(Documents& out, const Documents& in, std::size_t i, const Decision& history) {
  if (in.author(i).empty() || !history.sees_any()) co_return {};
  CO_TRY(const bool is_shown, co_await is_seen(history, in, i));
  if (is_shown) out.set_author(in.author(i));
  co_return {};
}

Task<Documents> Guard::history(std::string_view id, View view, Position before, std::size_t limit) {
  const Decision decision = decision_for(Right::history, view.principal);
  if (!decision.sees_any()) co_return Documents();
  const Clock::time_point asked = Clock::now();
  CO_TRY(Documents shown, co_await history_as(decision, id, view, before, limit));
  if (shown.empty()) {
    CO_TRY_OK(co_await settle(asked, decision));
  }
  co_return std::move(shown);
}

Task<Documents> Guard::history_as(const Decision& decision, std::string_view id, View view, Position before, std::size_t limit) {
  const Decision authors = decide(rules_, Right::history, view.principal);
  Documents shown;
  while (shown.size() < limit && !shown.is_cut()) {
    const std::size_t wanted = limit - shown.size();
    CO_TRY(const Documents found, co_await store_.history(id, view, before, wanted));
    for (std::size_t i = 0; i < found.size() && !shown.is_cut(); ++i) {
      before = found.envelope(i).position;
      CO_TRY(const bool is_shown, co_await is_seen(decision, found, i));
      if (!is_shown) continue;
      add_shown(shown, found, i, decision.rule, view.hidden);
      CO_TRY_OK(co_await add_author(shown, found, i, authors));
      shown.cut_to(view.bytes_max);
    }
    if (found.empty() && found.is_cut()) shown.mark_cut();
    if (found.empty() || (found.size() < wanted && !found.is_cut())) break;
  }
  co_return std::move(shown);
}

Task<std::shared_ptr<const Documents>> Guard::seen(const Documents& versions, std::size_t begin, View view) {
  const Decision decision = decision_for(Right::feed, view.principal);
  const Decision authors = decide(rules_, Right::history, view.principal);
  if (decision.sees_all(rules_.has_tokens) && authors.sees_all(rules_.has_tokens)) co_return std::shared_ptr<const Documents>();
  auto shown = std::make_shared<Documents>();
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const document::Envelope& envelope = versions.envelope(i);
    bool is_shown = false;
    if (i >= begin && decision.sees_any()) {
      CO_TRY(is_shown, co_await is_seen(decision, versions, i));
    }
    if (!is_shown) {
      shown->add_unseen(envelope.position, envelope.recorded_at);
      continue;
    }
    add_shown(*shown, versions, i, decision.rule, view.hidden);
    CO_TRY_OK(co_await add_author(*shown, versions, i, authors));
  }
  if (versions.is_cut()) shown->mark_cut();
  co_return std::shared_ptr<const Documents>(std::move(shown));
}

Task<Documents> Guard::changes(Position after, std::size_t limit, View view) {
  CO_TRY(Documents versions, co_await store_.changes(after, limit, view));
  CO_TRY(const auto shown, co_await seen(versions, 0, view));
  if (!shown) co_return std::move(versions);
  Documents copy;
  for (std::size_t i = 0; i < shown->size(); ++i) {
    const document::Envelope& envelope = shown->envelope(i);
    if (!shown->found(i)) {
      copy.add_unseen(envelope.position, envelope.recorded_at);
      continue;
    }
    copy.add(shown->id(i), shown->payload(i), envelope);
    copy.set_author(shown->author(i));
  }
  if (versions.is_cut()) copy.mark_cut();
  co_return std::move(copy);
}

// --- Rights ----------------------------------------------------------------------------------------------------------------------------

namespace {

/// The same for rules by which the same is seen.
std::string text_of(const Rule& rule) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rule.bound.size(); ++i) names.push_back(std::to_string(i));
  std::string text = to_string(rule.where, names);
  if (rule.fields) text += fmt::format(" [{}]", fmt::join(*rule.fields, ","));
  return text;
}

}  // namespace

Result<std::string> Guard::feed_scope(const Principal* principal) const {
  const Decision decision = decision_for(Right::feed, principal);
  if (decision.rule == nullptr)
    return Failure(
        Error{ErrorKind::forbidden, "access.denied", "You may not follow this feed.", principal == nullptr ? "Say who you are." : ""});
  if (decision.sees_all(rules_.has_tokens)) return std::string("all");
  std::string text = text_of(*decision.rule);
  for (const std::string& value : decision.values) text.append(1, '\n').append(value);
  std::string scope;
  for (const unsigned char c : sha256(text).substr(0, 8)) fmt::format_to(std::back_inserter(scope), "{:02x}", c);
  return scope;
}

Result<> Guard::may_ask(const Query& query, const Principal* principal, Asks asks) const {
  const Decision decision = decision_for(asks == Asks::reads ? Right::read : Right::feed, principal);
  return check_named({&query, 1}, decision);
}

document::Sight Guard::sight(const Principal* principal) const {
  const Decision decision = decision_for(Right::read, principal);
  if (!decision.sees_any()) return document::Sight::none;
  return decision.sees_all(rules_.has_tokens) ? document::Sight::all : document::Sight::some;
}

}  // namespace millrace::access
