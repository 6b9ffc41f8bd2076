#include "federation/entity_query.hpp"

#include <algorithm>
#include <cmath>

#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "document/filter_parser.hpp"
#include "federation/store_snapshot.hpp"

namespace millrace::federation {
namespace {

bool is_given(std::string_view value) {
  return !value.empty() && value != "null";
}

}  // namespace

Result<Instant> read_at(const graphql::ArgumentValues& arguments) {
  const std::string_view value = arguments.find("at");
  if (!is_given(value)) return kNewest;
  std::optional<Instant> at;
  if (json::kind_of(value) == json::Kind::number) {
    if (auto milliseconds = json::integer(value)) {
      at = parse_at(std::to_string(*milliseconds));
    } else if (const double fraction = json::to_double(value); std::abs(fraction) < 1e15) {
      at = Instant{static_cast<std::int64_t>(std::floor(fraction * 1000))};
    }
  } else if (json::kind_of(value) == json::Kind::string) {
    at = parse_at(json::decode_string(value));
  }
  if (at) return *at;
  return Failure(Error{ErrorKind::invalid_argument, "graphql.at", fmt::format("The argument \"at\" is no instant: {}.", value),
                       "Give milliseconds since 1970, such as 1704110400000, or RFC 3339, such as \"2024-01-01T12:00:00Z\"."});
}

namespace {

Failure wrong_page(std::string message, std::string hint = {}) {
  return Failure(Error{ErrorKind::invalid_argument, "graphql.page", std::move(message), std::move(hint)});
}

Result<std::size_t> read_count(const graphql::ArgumentValues& arguments, std::string_view name, std::size_t otherwise) {
  std::string_view value = arguments.find(name);
  if (!is_given(value)) return otherwise;
  auto count = json::kind_of(value) == json::Kind::number ? json::integer(value) : std::nullopt;
  if (count && *count >= 0) return static_cast<std::size_t>(*count);
  return wrong_page(fmt::format("The argument \"{}\" must be a whole number from 0, found {}.", name, value));
}

/// first or last, and from which end.
Result<> read_connection_size(const graphql::ArgumentValues& arguments, document::Page& page) {
  const bool has_first = is_given(arguments.find("first"));
  const bool has_last = is_given(arguments.find("last"));
  if (has_first && has_last) return wrong_page("A connection takes \"first\" or \"last\", not both.", "Ask for one page at a time.");
  page.from_end = has_last;
  TRY(page.limit, read_count(arguments, has_last ? "last" : "first", EntityQuery::kConnectionPage));
  if (page.limit > EntityQuery::kConnectionPageMax)
    return wrong_page(fmt::format("A page has at most {} edges, {} were asked for.", EntityQuery::kConnectionPageMax, page.limit));
  ++page.limit;
  return {};
}

Result<std::optional<document::Cursor>> take_cursor(const graphql::ArgumentValues& arguments, std::string_view name, std::uint32_t mark) {
  const std::string_view value = arguments.find(name);
  if (!is_given(value)) return std::nullopt;
  auto cursor = value.starts_with('"') ? document::read_cursor(value.substr(1, value.size() - 2), mark) : std::nullopt;
  if (cursor) return *cursor;
  return Failure(Error{ErrorKind::invalid_argument, "graphql.cursor", fmt::format("The argument \"{}\" is no cursor of this list.", name),
                       "Give a cursor that this field gave, in the same order."});
}

Result<> read_connection_page(const EntityQuery& query, const graphql::ArgumentValues& arguments, Question& question) {
  TRY_OK(read_connection_size(arguments, question.page));
  const std::uint32_t mark = document::list_mark(query.name, question.order);
  TRY(const auto after, take_cursor(arguments, "after", mark));
  TRY(const auto before, take_cursor(arguments, "before", mark));
  if (after) question.page.after = after->position;
  if (before) question.page.until = before->position;
  question.has_cursor = after || before;
  if (!question.has_cursor) return {};
  const Instant frozen = std::max(after ? after->at : Instant{}, before ? before->at : Instant{});
  if (question.at < frozen)
    return Failure(Error{ErrorKind::invalid_argument, "graphql.cursor", "The cursor belongs to a later instant than \"at\".",
                         "Leave \"at\" out: a cursor brings the instant of its first page."});
  question.at = frozen;
  return {};
}

/// The positions in `questions` that share an instant.
struct Group {
  Instant at;
  std::vector<std::uint32_t> members;
};

std::vector<Group> group_by_instant(std::span<const Question> questions) {
  std::vector<Group> groups;
  for (std::uint32_t i = 0; i < questions.size(); ++i) {
    auto group = std::ranges::find(groups, questions[i].at, &Group::at);
    if (group == groups.end()) group = groups.insert(groups.end(), {questions[i].at, {}});
    group->members.push_back(i);
  }
  return groups;
}

bool asks_one_id(const EntityQuery& query, const Question& question) {
  return query.is_by_id && !query.is_connection && question.filter == nullptr && question.page.limit > 0 && question.page.offset == 0 &&
         !question.arguments[0].empty() && json::kind_of(question.arguments[0]) == json::Kind::string;
}

/// What may still be read.
document::View rest_of(document::View view, const EntityQuery& query, const Group& group, const Answers& answers) {
  view.at = group.at;
  view.bytes_max = query.bytes_max - std::min(query.bytes_max, answers.bytes);
  return view;
}

/// Keeps what a store gave; its number.
Result<std::uint32_t> add_batch(const EntityQuery& query, document::Documents documents, Answers& answers) {
  if (documents.is_cut()) {
    return Failure(Error{ErrorKind::too_large, "graphql.list_bytes",
                         fmt::format("The documents of this field are more than the {} bytes that one answer may bring.", query.bytes_max),
                         "Ask for fewer: by limit, first, or a condition."});
  }
  answers.bytes += documents.bytes();
  answers.batches.push_back(std::make_shared<const document::Documents>(std::move(documents)));
  return static_cast<std::uint32_t>(answers.batches.size() - 1);
}

Task<void> read_by_id(const EntityQuery& query, std::span<const Question> questions, const Group& group, document::View view,
                      Answers& answers) {
  std::vector<std::string> ids;
  ids.reserve(group.members.size());
  for (std::uint32_t member : group.members) ids.push_back(json::decode_string(questions[member].arguments[0]));
  std::vector<std::string_view> views(ids.begin(), ids.end());
  CO_TRY(auto documents, co_await query.store->read(views, rest_of(view, query, group, answers)));
  CO_TRY(const std::uint32_t batch, add_batch(query, std::move(documents), answers));
  const document::Documents& read = *answers.batches[batch];
  for (std::uint32_t i = 0; i < group.members.size(); ++i) answers.ranges[group.members[i]] = {batch, i, read.found(i) ? 1u : 0u};
  co_return {};
}

Task<void> find(const EntityQuery& query, std::span<const Question> questions, const Group& group, document::View view, Answers& answers) {
  std::vector<document::Query> queries;
  for (std::uint32_t member : group.members) {
    document::Page page = questions[member].page;
    if (!query.is_list && !query.is_connection) page.limit = std::min<std::size_t>(page.limit, 1);
    const Question& question = questions[member];
    queries.push_back({question.filter ? question.filter.get() : &query.filter, question.arguments, page, question.order, query.followed});
  }
  CO_TRY(auto found, co_await query.store->find(queries, rest_of(view, query, group, answers)));
  for (std::size_t i = 0; i < group.members.size(); ++i) {
    const auto count = static_cast<std::uint32_t>(found[i].size());
    CO_TRY(const std::uint32_t batch, add_batch(query, std::move(found[i]), answers));
    answers.ranges[group.members[i]] = {batch, 0, count};
  }
  co_return {};
}

/// All but the instant that a snapshot sets.
Result<Question> read_question(const EntityQuery& query, const graphql::ArgumentValues& arguments) {
  Question question;
  for (const std::string& parameter : query.parameters) {
    std::string_view value = arguments.find(parameter);
    question.arguments.push_back(is_given(value) ? value : std::string_view());
  }
  TRY(question.at, read_at(arguments));
  if (query.ordering && is_given(arguments.find("orderBy"))) {
    TRY(question.order, query.ordering->read(arguments.find("orderBy")));
  }
  if (query.takes_where && is_given(arguments.find("where"))) question.where = arguments.find("where");
  TRY(question.filter, filter_with(query, question.where));
  if (query.is_connection) {
    TRY_OK(read_connection_page(query, arguments, question));
    return question;
  }
  TRY(question.page.limit, read_count(arguments, "limit", SIZE_MAX));
  TRY(question.page.offset, read_count(arguments, "offset", 0));
  return question;
}

}  // namespace

Result<Question> make_question(const EntityQuery& query, const graphql::ArgumentValues& arguments, const graphql::Snapshot* snapshot) {
  TRY(Question question, read_question(query, arguments));
  // A cursor's instant stays what it is, and is past.
  if (snapshot == nullptr || question.has_cursor) return question;
  TRY(const Instant latest, static_cast<const StoreSnapshot*>(snapshot)->at(*query.store));
  question.at = std::min(question.at, latest);
  return question;
}

Result<std::shared_ptr<const document::Filter>> filter_with(const EntityQuery& query, std::string_view where) {
  if (where.empty()) return nullptr;
  TRY(document::Filter added, document::parse_filter(where, "/where"));
  std::vector<document::Filter> both;
  both.push_back(query.filter);
  both.push_back(std::move(added));
  return std::make_shared<const document::Filter>(document::Filter::all_of(std::move(both)));
}

Task<Answers> ask(const EntityQuery& query, std::span<const Question> questions, document::View view) {
  Answers answers{.asked = now()};
  answers.ranges.resize(questions.size());
  const bool by_id = std::ranges::all_of(questions, [&](const Question& question) { return asks_one_id(query, question); });
  auto groups = group_by_instant(questions);
  for (const Group& group : groups) {
    if (by_id) {
      CO_TRY_OK(co_await read_by_id(query, questions, group, view, answers));
    } else {
      CO_TRY_OK(co_await find(query, questions, group, view, answers));
    }
  }
  co_return std::move(answers);
}

}  // namespace millrace::federation
