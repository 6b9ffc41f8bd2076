#include "federation/resolvers.hpp"

#include <unordered_map>

#include "base/hash.hpp"
#include "federation/connection.hpp"
#include "federation/store_snapshot.hpp"

namespace millrace::federation {
namespace {

/// The values of one answer, for any number of parents.
struct Given {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// Adds an answer's documents, or the connection that is made of them.
Given add_answer(graphql::Resolved& resolved, const EntityQuery& query, const Question& question, const Answers& answers,
                 std::size_t number) {
  const Answers::Range& range = answers.ranges[number];
  const document::Documents& documents = *answers.batches[range.batch];
  const auto first = static_cast<std::uint32_t>(resolved.values().size());
  if (query.is_connection) {
    auto text = std::make_shared<const std::string>(connection_text(query, question, documents, answers.asked));
    resolved.add_value(*text);
    resolved.keep(std::move(text));
    return {first, 1};
  }
  for (std::uint32_t i = 0; i < range.count; ++i) resolved.add_value(documents.text(range.begin + i));
  return {first, range.count};
}

/// Makes room for the values of so many answers, once for all of them.
void make_room(graphql::Resolved& resolved, const Answers& answers, std::size_t first, std::size_t count) {
  std::size_t values = 0;
  for (const Answers::Range& range : std::span(answers.ranges).subspan(first, count)) values += range.count;
  resolved.reserve(values);
}

void give(graphql::Resolved& resolved, bool is_list, Given given) {
  if (is_list) return resolved.give_list(given.first, given.count);
  if (given.count == 0) return resolved.give_null();
  resolved.give_value(given.first);
}

void keep_all(graphql::Resolved& resolved, const Answers& answers) {
  for (const auto& batch : answers.batches) resolved.keep(batch);
}

void join_store(const EntityQuery& query, graphql::Snapshot& snapshot) {
  static_cast<StoreSnapshot&>(snapshot).add(*query.store);
}

}  // namespace

void QueryResolver::join(graphql::Snapshot& snapshot) const {
  join_store(query_, snapshot);
}

void RelationResolver::join(graphql::Snapshot& snapshot) const {
  join_store(*options_.query, snapshot);
}

Task<std::vector<graphql::Resolved>> QueryResolver::resolve(std::span<const graphql::FieldCall> calls) {
  std::vector<graphql::Resolved> resolved(calls.size());
  std::vector<Question> questions;
  std::vector<std::size_t> asked(calls.size(), SIZE_MAX);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    auto question = make_question(query_, calls[i].arguments, calls[i].snapshot);
    if (!question) {
      for (std::size_t parent = 0; parent < calls[i].parents; ++parent) resolved[i].give_error(question.error());
      continue;
    }
    asked[i] = questions.size();
    questions.push_back(*std::move(question));
  }
  CO_TRY(auto answers, co_await ask(query_, questions, view_of(calls)));
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (asked[i] == SIZE_MAX) continue;
    if (!query_.is_connection) make_room(resolved[i], answers, asked[i], 1);
    const Given given = add_answer(resolved[i], query_, questions[asked[i]], answers, asked[i]);
    for (std::size_t parent = 0; parent < calls[i].parents; ++parent) give(resolved[i], query_.is_list, given);
    keep_all(resolved[i], answers);
  }
  co_return std::move(resolved);
}

std::string_view parent_key(const graphql::FieldCall& call, std::size_t parent, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) {
    std::string_view value = call.keys[parent * width + i];
    if (!value.empty()) return value == "null" ? std::string_view() : value;
  }
  return {};
}

namespace {

/// What one call of a relation asks: a question for each different key, and for each parent which one (SIZE_MAX: it has no key).
struct RelationCall {
  std::optional<Error> error = {};
  std::size_t first_question = 0;
  std::size_t questions = 0;
  std::vector<std::size_t> by_parent = {};
};

RelationCall plan_call(const RelationResolver::Options& options, const graphql::FieldCall& call, std::vector<Question>& questions) {
  RelationCall planned;
  planned.first_question = questions.size();
  auto question = make_question(*options.query, call.arguments, call.snapshot);
  if (!question) {
    planned.error = std::move(question).error();
    return planned;
  }
  std::unordered_map<std::string_view, std::size_t, TextHash> known;
  known.reserve(call.parents);
  planned.by_parent.reserve(call.parents);
  for (std::size_t parent = 0; parent < call.parents; ++parent) {
    std::string_view key = parent_key(call, parent, options.keys.size());
    if (key.empty()) {
      planned.by_parent.push_back(SIZE_MAX);
      continue;
    }
    auto [at, is_new] = known.try_emplace(key, planned.questions);
    planned.by_parent.push_back(at->second);
    if (!is_new) continue;
    ++planned.questions;
    questions.push_back(*question);
    questions.back().arguments[options.parameter] = key;
  }
  return planned;
}

void give_call(const RelationResolver::Options& options, const graphql::FieldCall& call, const RelationCall& planned,
               const std::vector<Question>& questions, const Answers& answers, graphql::Resolved& resolved) {
  std::vector<Given> given;
  given.reserve(planned.questions);
  if (!options.query->is_connection) make_room(resolved, answers, planned.first_question, planned.questions);
  for (std::size_t i = planned.first_question; i < planned.first_question + planned.questions; ++i)
    given.push_back(add_answer(resolved, *options.query, questions[i], answers, i));
  for (std::size_t parent = 0; parent < call.parents; ++parent) {
    if (planned.error) {
      resolved.give_error(*planned.error);
    } else if (planned.by_parent[parent] == SIZE_MAX) {
      give(resolved, options.is_list, {});
    } else {
      give(resolved, options.is_list, given[planned.by_parent[parent]]);
    }
  }
  keep_all(resolved, answers);
}

}  // namespace

Task<std::vector<graphql::Resolved>> RelationResolver::resolve(std::span<const graphql::FieldCall> calls) {
  std::vector<Question> questions;
  std::vector<RelationCall> planned;
  std::size_t parents = 0;
  for (const graphql::FieldCall& call : calls) parents += call.parents;
  questions.reserve(parents);
  for (const graphql::FieldCall& call : calls) planned.push_back(plan_call(options_, call, questions));
  CO_TRY(auto answers, co_await ask(*options_.query, questions, view_of(calls)));
  std::vector<graphql::Resolved> resolved(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) give_call(options_, calls[i], planned[i], questions, answers, resolved[i]);
  co_return std::move(resolved);
}

}  // namespace millrace::federation
