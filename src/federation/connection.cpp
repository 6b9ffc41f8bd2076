#include "federation/connection.hpp"

#include <algorithm>

#include "base/json/canonical.hpp"
#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "federation/resolvers.hpp"

namespace millrace::federation {
namespace {

/// The member of a connection object that says what it pages through: [query number, instant or null, where or null, arguments...]. No
/// name of a GraphQL field can be "#".
const std::vector<std::string> kCountKey = {R"("#")"};
const std::vector<std::string> kEdgesKey = {R"("edges")"};

void append_count_key(std::string& out, const EntityQuery& query, const Question& question) {
  fmt::format_to(std::back_inserter(out), "[{},{},", query.number,
                 question.at == kNewest ? "null" : std::to_string(question.at.microseconds));
  out += question.where.empty() ? "null" : question.where;
  for (const std::string_view argument : question.arguments) out.append(1, ',').append(argument.empty() ? "null" : argument);
  out += ']';
}

/// The documents of the page: without the one more that was asked for, which stands at the far end.
struct Edges {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_cut = false;  // there was one more
};

Edges edges_of(const Question& question, const document::Documents& documents) {
  const std::size_t wanted = question.page.limit - 1;
  if (documents.size() <= wanted) return {0, documents.size(), false};
  return question.page.from_end ? Edges{documents.size() - wanted, documents.size(), true} : Edges{0, wanted, true};
}

/// The instant at which other pages are read. What this page shows was there at it, even where a clock went back.
Instant instant_of(const Question& question, const document::Documents& documents, Instant asked) {
  if (question.at <= asked) return question.at;
  for (std::size_t i = 0; i < documents.size(); ++i) asked = std::max(asked, documents.envelope(i).recorded_at);
  return asked;
}

void append_page_info(std::string& out, const Question& question, const Edges& edges, std::string_view first, std::string_view last) {
  const bool from_end = question.page.from_end;
  // Beyond a cursor there is at least what the cursor names.
  const bool has_next = from_end ? question.page.until != 0 : edges.is_cut;
  const bool has_previous = from_end ? edges.is_cut : question.page.after != 0;
  fmt::format_to(std::back_inserter(out), "\"pageInfo\":{{\"hasNextPage\":{},\"hasPreviousPage\":{},\"startCursor\":{},\"endCursor\":{}}}",
                 has_next, has_previous, first.empty() ? "null" : json::quoted(first), last.empty() ? "null" : json::quoted(last));
}

}  // namespace

std::string connection_text(const EntityQuery& query, const Question& question, const document::Documents& documents, Instant asked) {
  const Edges edges = edges_of(question, documents);
  const std::uint32_t mark = document::list_mark(query.name, question.order);
  const Instant at = instant_of(question, documents, asked);
  std::string text = R"({"edges":[)";
  std::string first, cursor;
  for (std::size_t i = edges.begin; i < edges.end; ++i) {
    cursor = document::write_cursor({documents.envelope(i).position, at}, mark);
    if (i == edges.begin) first = cursor;
    fmt::format_to(std::back_inserter(text), "{}{{\"cursor\":\"{}\",\"node\":{}}}", i == edges.begin ? "" : ",", cursor, documents.text(i));
  }
  text += "],";
  append_page_info(text, question, edges, first, cursor);
  text += ",\"#\":";
  append_count_key(text, query, question);
  return text += '}';
}

std::span<const std::string> NodesResolver::parent_keys() const {
  return kEdgesKey;
}

Task<std::vector<graphql::Resolved>> NodesResolver::resolve(std::span<const graphql::FieldCall> calls) {
  std::vector<graphql::Resolved> resolved(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    for (const std::string_view edges : calls[i].keys) {
      const auto first = static_cast<std::uint32_t>(resolved[i].values().size());
      std::uint32_t count = 0;
      json::Elements elements(edges.empty() ? "[]" : edges);
      for (std::string_view edge; elements.next(edge); ++count) resolved[i].add_value(json::member(edge, R"("node")"));
      resolved[i].give_list(first, count);
    }
  }
  co_return std::move(resolved);
}

namespace {

/// What a count key asks for.
struct CountQuestion {
  const EntityQuery* query = nullptr;
  Instant at = kNewest;
  std::shared_ptr<const document::Filter> filter;
  std::vector<std::string_view> arguments;

  document::Query for_store() const {
    return {.filter = filter ? filter.get() : &query->filter, .arguments = arguments, .followed = query->followed};
  }
};

Result<CountQuestion> read_count_key(std::string_view key, const std::vector<const EntityQuery*>& queries) {
  CountQuestion question;
  std::string_view value;
  json::Elements elements(key);
  CHECK(elements.next(value));
  question.query = queries.at(static_cast<std::size_t>(json::integer(value).value_or(0)));
  CHECK(elements.next(value));
  if (value != "null") question.at = Instant{json::integer(value).value_or(0)};
  CHECK(elements.next(value));
  TRY(question.filter, filter_with(*question.query, value == "null" ? std::string_view() : value));
  while (elements.next(value)) question.arguments.push_back(value == "null" ? std::string_view() : value);
  return question;
}

/// Counts, those of one query and instant in one call to its store.
Task<std::vector<std::uint64_t>> count_all(const std::vector<CountQuestion>& questions, document::View view) {
  std::vector<std::uint64_t> counts(questions.size());
  std::vector<bool> is_done(questions.size());
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (is_done[i]) continue;
    std::vector<document::Query> batch;
    std::vector<std::size_t> places;
    for (std::size_t k = i; k < questions.size(); ++k) {
      if (questions[k].query->store != questions[i].query->store || questions[k].at != questions[i].at) continue;
      batch.push_back(questions[k].for_store());
      places.push_back(k);
      is_done[k] = true;
    }
    view.at = questions[i].at;
    CO_TRY(const auto found, co_await questions[i].query->store->count(batch, view));
    for (std::size_t k = 0; k < places.size(); ++k) counts[places[k]] = found[k];
  }
  co_return counts;
}

}  // namespace

void CountResolver::add(EntityQuery& query) {
  query.number = queries_.size();
  queries_.push_back(&query);
}

std::span<const std::string> CountResolver::parent_keys() const {
  return kCountKey;
}

Task<std::vector<graphql::Resolved>> CountResolver::resolve(std::span<const graphql::FieldCall> calls) {
  std::vector<CountQuestion> questions;
  for (const graphql::FieldCall& call : calls) {
    for (const std::string_view key : call.keys) {
      if (key.empty()) continue;  // an object that no query of ours made
      CO_TRY(CountQuestion question, read_count_key(key, queries_));
      questions.push_back(std::move(question));
    }
  }
  CO_TRY(const auto counts, co_await count_all(questions, view_of(calls)));
  std::vector<graphql::Resolved> resolved(calls.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    auto texts = std::make_shared<std::vector<std::string>>();
    for (const std::string_view key : calls[i].keys) texts->push_back(key.empty() ? "null" : std::to_string(counts[next++]));
    for (const std::string& text : *texts) resolved[i].give_value(resolved[i].add_value(text));
    resolved[i].keep(std::move(texts));
  }
  co_return std::move(resolved);
}

}  // namespace millrace::federation
