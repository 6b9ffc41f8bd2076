#include "access/audited.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/id.hpp"
#include "base/json/members.hpp"
#include "document/filter_text.hpp"

namespace millrace::access {

using document::Append;
using document::Documents;
using document::Filter;
using document::Position;
using document::Query;
using document::View;

const std::string_view kReadSchema = R"({
  "type": "object",
  "description": "Somebody read documents.",
  "required": ["at", "entity", "operation", "count"],
  "properties": {
    "id": {"type": "string"},
    "at": {"type": "string", "format": "date-time"},
    "entity": {"type": "string"},
    "operation": {"enum": ["read", "list", "count", "history", "feed", "lifecycle"]},
    "sub": {"type": "string"},
    "address": {"type": "string"},
    "trace": {"type": "string"},
    "as_of": {"type": "string", "format": "date-time"},
    "where": {"type": "array", "items": {"type": "string"}},
    "count": {"type": "integer", "minimum": 0},
    "ids": {"type": "array", "items": {"type": "string"}},
    "absent": {"type": "array", "items": {"type": "string"}}
  },
  "additionalProperties": false
})";

namespace {

/// Of ids in one record; what is more goes into another one.
constexpr std::size_t kIdsBytesMax = 32 * 1024;
/// Conditions that are named; one call may bring as many as a list has members.
constexpr std::size_t kConditionsMax = 100;

/// The filter with its arguments in their places. What is not given is no condition.
Filter bound(const Filter& filter, const std::vector<std::string_view>& arguments) {
  if (filter.kind == Filter::Kind::sql) {
    Filter out = filter;
    for (const std::uint32_t parameter : filter.sql_parameters) out.sql.append(", ").append(arguments[parameter]);
    return out;
  }
  if (filter.kind == Filter::Kind::compare) {
    if (filter.operand.is_literal()) return filter;
    const std::string_view argument = arguments[filter.operand.parameter];
    if (argument.empty()) return Filter::everything();
    Filter out = filter;
    out.operand = document::Operand::value(std::string(argument));
    return out;
  }
  Filter out{.kind = filter.kind};
  for (const Filter& child : filter.children) {
    Filter one = bound(child, arguments);
    const bool is_left_out = one.kind == Filter::Kind::all && one.children.empty();
    if (!is_left_out) out.children.push_back(std::move(one));
  }
  return out.children.empty() && !filter.children.empty() ? Filter::everything() : out;
}

/// Quoted strings in lists, each so long at most.
class QuotedLists {
 public:
  void add(std::string_view quoted) {
    if (quoted == last_) return;  // another version of the same
    if (lists_.empty() || lists_.back().size() > kIdsBytesMax) lists_.emplace_back();
    std::string& list = lists_.back();
    list.append(list.empty() ? "[" : ",").append(quoted);
    last_ = quoted;
  }
  std::size_t size() const { return lists_.size(); }
  std::string list(std::size_t i) const { return lists_[i] + ']'; }

 private:
  std::vector<std::string> lists_;
  std::string last_;
};

}  // namespace

class Audited::Record {
 public:
  Record(std::string_view entity, std::string_view operation, const View& view) : trace_(view.origin.trace) {
    out_.key("at");
    json::append_string(text_, to_string(now()));
    text("entity", entity).text("operation", operation);
    if (view.principal != nullptr) text("sub", view.principal->subject);
    text("address", view.origin.address);
    if (view.origin.trace != nullptr && *view.origin.trace) text("trace", view.origin.trace->id());
    if (view.at != kNewest) text("as_of", to_string(view.at));
  }
  Record(Record&& other) = delete;

  void ask(std::span<const Query> queries) {
    std::vector<std::string> conditions;
    for (const Query& query : queries) {
      std::string condition = document::to_string(bound(*query.filter, query.arguments), {});
      if (std::ranges::find(conditions, condition) != conditions.end()) continue;
      if (conditions.size() == kConditionsMax) {
        conditions.emplace_back("and others");
        break;
      }
      conditions.push_back(std::move(condition));
    }
    std::string& list = out_.key("where") += '[';
    for (std::size_t i = 0; i < conditions.size(); ++i) {
      if (i > 0) list += ',';
      json::append_string(list, conditions[i]);
    }
    list += ']';
  }
  void give(const Documents& documents, std::size_t begin = 0) {
    for (std::size_t i = begin; i < documents.size(); ++i) {
      if (!documents.found(i)) continue;
      ids_.add(documents.quoted_id(i));
      ++count_;
    }
  }
  bool is_empty() const { return count_ == 0; }
  void miss(std::string_view id) { absent_.add(json::quoted(id)); }
  void count(std::uint64_t count) { count_ += count; }

  std::vector<Append> take() {
    out_.key("count") += std::to_string(count_);
    std::vector<Append> appends;
    for (std::size_t i = 0; i < std::max<std::size_t>({ids_.size(), absent_.size(), 1}); ++i) {
      std::string payload = text_;
      if (i < ids_.size()) payload.append(R"(,"ids":)").append(ids_.list(i));
      if (i < absent_.size()) payload.append(R"(,"absent":)").append(absent_.list(i));
      appends.push_back({.id = make_uuid7(), .payload = std::move(payload) + '}', .has_new_id = true, .trace = trace_});
    }
    return appends;
  }

 private:
  Record& text(std::string_view name, std::string_view value) {
    if (!value.empty()) json::append_string(out_.key(name), value);
    return *this;
  }

  std::string text_;
  json::MemberWriter out_{text_};
  QuotedLists ids_;
  QuotedLists absent_;
  std::uint64_t count_ = 0;
  const Trace* trace_;
};

Audited::Record Audited::begin(std::string_view operation, const View& view) const {
  return {entity_, as_.empty() ? operation : as_, view};
}

Task<void> Audited::commit(Record& record) {
  const auto receipts = co_await records_.append(record.take());
  if (!receipts) co_return Failure(receipts.error());
  co_return {};
}

Task<Documents> Audited::read(std::span<const std::string_view> ids, View view) {
  CO_TRY(Documents documents, co_await store_.read(ids, view));
  if (view.writes) co_return std::move(documents);
  Record record = begin("read", view);
  record.give(documents);
  for (std::size_t i = 0; i < documents.size(); ++i)
    if (!documents.found(i)) record.miss(ids[i]);
  CO_TRY_OK(co_await commit(record));
  co_return std::move(documents);
}

Task<std::vector<Documents>> Audited::find(std::span<const Query> queries, View view) {
  CO_TRY(auto found, co_await store_.find(queries, view));
  Record record = begin("list", view);
  record.ask(queries);
  for (const Documents& documents : found) record.give(documents);
  CO_TRY_OK(co_await commit(record));
  co_return std::move(found);
}

Task<std::vector<std::uint64_t>> Audited::count(std::span<const Query> queries, View view) {
  CO_TRY(auto counts, co_await store_.count(queries, view));
  Record record = begin("count", view);
  record.ask(queries);
  for (const std::uint64_t one : counts) record.count(one);
  CO_TRY_OK(co_await commit(record));
  co_return std::move(counts);
}

Task<Documents> Audited::history(std::string_view id, View view, Position before, std::size_t limit) {
  CO_TRY(Documents versions, co_await store_.history(id, view, before, limit));
  Record record = begin("history", view);
  record.give(versions);
  if (versions.empty() && before == 0) record.miss(id);
  CO_TRY_OK(co_await commit(record));
  co_return std::move(versions);
}

Task<Documents> Audited::changes(Position after, std::size_t limit, View view) {
  CO_TRY(Documents versions, co_await store_.changes(after, limit, view));
  Record record = begin("feed", view);
  record.give(versions);
  if (record.is_empty()) co_return std::move(versions);
  CO_TRY_OK(co_await commit(record));
  co_return std::move(versions);
}

Task<std::shared_ptr<const Documents>> Audited::seen(const Documents& versions, std::size_t first, View view) {
  CO_TRY(auto shown, co_await store_.seen(versions, first, view));
  Record record = begin("feed", view);
  record.give(shown ? *shown : versions, first);
  if (record.is_empty()) co_return std::move(shown);
  CO_TRY_OK(co_await commit(record));
  co_return std::move(shown);
}

}  // namespace millrace::access
