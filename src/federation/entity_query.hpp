// An entity's query: a filter with numbered parameters, and whether it gives the newest match or a list.
//
// Derived queries and templates are both this, and so is what a resolver follows; it is the one way from a GraphQL field to a store.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "base/task.hpp"
#include "document/filter.hpp"
#include "document/store.hpp"
#include "graphql/execution/resolver.hpp"

namespace millrace::federation {

struct EntityQuery {
  std::string name;                     // the Query field
  document::Store* store = nullptr;     // outlives the query
  document::Filter filter;              // never moves once the query is used: stores keep what they prepare by its address
  std::vector<std::string> parameters;  // by number: the argument that brings its value
  bool is_list = false;
  /// Set when the filter is just "the id is parameter 0": then it is a read by id.
  bool is_by_id = false;
};

/// One asking of a query.
struct Question {
  std::vector<std::string_view> arguments;  // canonical JSON by parameter number; empty: not given
  document::Page page = {};
  Instant at = kNewest;
};

/// Makes the question that a call's arguments pose: parameters by name, and the reserved `at`, `limit` and `offset`. Null counts as not
/// given. Errors: "graphql.at", "graphql.page" (invalid_argument).
Result<Question> make_question(const EntityQuery& query, const graphql::ArgumentValues& arguments);

/// Asks all questions, those of one instant in one call to the store; an answer for each, in order. A query that is no list answers with
/// one document at most; by id, one that was not found is an empty answer.
struct Answers {
  std::vector<std::shared_ptr<const document::Documents>> batches;
  struct Range {
    std::uint32_t batch = 0;
    std::uint32_t begin = 0;
    std::uint32_t count = 0;
  };
  std::vector<Range> ranges;
};
Task<Answers> ask(const EntityQuery& query, std::span<const Question> questions);

}  // namespace millrace::federation
