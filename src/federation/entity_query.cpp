#include "federation/entity_query.hpp"

#include <algorithm>
#include <cmath>

#include "base/json/number.hpp"
#include "base/json/slices.hpp"

namespace millrace::federation {
namespace {

bool is_given(std::string_view value) {
  return !value.empty() && value != "null";
}

Result<Instant> read_at(std::string_view value) {
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

Result<std::size_t> read_count(const graphql::ArgumentValues& arguments, std::string_view name, std::size_t otherwise) {
  std::string_view value = arguments.find(name);
  if (!is_given(value)) return otherwise;
  auto count = json::kind_of(value) == json::Kind::number ? json::integer(value) : std::nullopt;
  if (count && *count >= 0) return static_cast<std::size_t>(*count);
  return Failure(Error{ErrorKind::invalid_argument, "graphql.page",
                       fmt::format("The argument \"{}\" must be a whole number from 0, found {}.", name, value)});
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
  return query.is_by_id && !question.arguments[0].empty() && json::kind_of(question.arguments[0]) == json::Kind::string;
}

Task<void> read_by_id(const EntityQuery& query, std::span<const Question> questions, const Group& group, Answers& answers) {
  std::vector<std::string> ids;
  for (std::uint32_t member : group.members) ids.push_back(json::decode_string(questions[member].arguments[0]));
  std::vector<std::string_view> views(ids.begin(), ids.end());
  CO_TRY(auto documents, co_await query.store->read(views, {group.at}));
  const auto batch = static_cast<std::uint32_t>(answers.batches.size());
  for (std::uint32_t i = 0; i < group.members.size(); ++i) answers.ranges[group.members[i]] = {batch, i, documents.found(i) ? 1u : 0u};
  answers.batches.push_back(std::make_shared<const document::Documents>(std::move(documents)));
  co_return {};
}

Task<void> find(const EntityQuery& query, std::span<const Question> questions, const Group& group, Answers& answers) {
  std::vector<document::Query> queries;
  for (std::uint32_t member : group.members) {
    document::Page page = questions[member].page;
    if (!query.is_list) page.limit = std::min<std::size_t>(page.limit, 1);
    queries.push_back({&query.filter, questions[member].arguments, page});
  }
  CO_TRY(auto found, co_await query.store->find(queries, {group.at}));
  for (std::size_t i = 0; i < group.members.size(); ++i) {
    const auto count = static_cast<std::uint32_t>(found[i].size());
    answers.ranges[group.members[i]] = {static_cast<std::uint32_t>(answers.batches.size()), 0, count};
    answers.batches.push_back(std::make_shared<const document::Documents>(std::move(found[i])));
  }
  co_return {};
}

}  // namespace

Result<Question> make_question(const EntityQuery& query, const graphql::ArgumentValues& arguments) {
  Question question;
  for (const std::string& parameter : query.parameters) {
    std::string_view value = arguments.find(parameter);
    question.arguments.push_back(is_given(value) ? value : std::string_view());
  }
  TRY(question.at, read_at(arguments.find("at")));
  TRY(question.page.limit, read_count(arguments, "limit", SIZE_MAX));
  TRY(question.page.offset, read_count(arguments, "offset", 0));
  return question;
}

Task<Answers> ask(const EntityQuery& query, std::span<const Question> questions) {
  Answers answers;
  answers.ranges.resize(questions.size());
  const bool by_id = std::ranges::all_of(questions, [&](const Question& question) { return asks_one_id(query, question); });
  auto groups = group_by_instant(questions);
  for (const Group& group : groups) {
    if (by_id) {
      CO_TRY_OK(co_await read_by_id(query, questions, group, answers));
    } else {
      CO_TRY_OK(co_await find(query, questions, group, answers));
    }
  }
  co_return std::move(answers);
}

}  // namespace millrace::federation
