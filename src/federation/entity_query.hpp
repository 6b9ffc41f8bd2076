// An entity's query: a filter with numbered parameters, and whether it gives the newest match or a list.
//
// Derived queries and templates are both this, and so is what a resolver follows; it is the one way from a GraphQL field to a store.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "base/task.hpp"
#include "document/cursor.hpp"
#include "document/filter.hpp"
#include "document/store.hpp"
#include "federation/ordering.hpp"
#include "graphql/execution/resolver.hpp"
#include "graphql/execution/snapshot.hpp"

namespace millrace::federation {

struct EntityQuery {
  std::string name;                     // the Query field
  document::Store* store = nullptr;     // outlives the query
  document::Filter filter;              // never moves once the query is used: stores keep what they prepare by its address
  std::vector<std::string> parameters;  // by number: the argument that brings its value
  bool is_list = false;
  /// Set when the filter is just "the id is parameter 0": then it is a read by id.
  bool is_by_id = false;
  std::optional<Ordering> ordering = {};  // where the field has orderBy
  bool takes_where = false;               // the argument `where`, a filter in JSON
  bool is_connection = false;             // pages by first, after, last, before
  std::size_t bytes_max = 32 << 20;       // of documents that one asking may bring; a GraphQL list has no next page to send the rest with
  /// The parameter that brings the key of a relation: as of document::Query.
  std::optional<std::uint32_t> followed = {};
  std::size_t number = 0;  // among all queries of the service: how a connection names it to its total count

  static constexpr std::size_t kConnectionPage = 100;  // edges when neither first nor last is given
  static constexpr std::size_t kConnectionPageMax = 10'000;
};

/// One asking of a query.
struct Question {
  std::vector<std::string_view> arguments;  // canonical JSON by parameter number; empty: not given
  document::Page page = {};                 // of a connection: one document more than wanted, which tells whether there are more
  Instant at = kNewest;
  document::Order order = {};
  std::shared_ptr<const document::Filter> filter = {};  // the query's with what `where` adds; null: the query's own
  std::string_view where = {};
  bool has_cursor = false;  // `at` is that of the cursor's first page
};

/// Makes the question that a call's arguments pose: parameters by name, and the reserved ones. Null counts as not given. With a snapshot (a
/// StoreSnapshot; null: none) it asks for nothing that is not in it. Errors: the snapshot's; and, all invalid_argument, "graphql.at",
/// "graphql.page", "graphql.order", "graphql.cursor", "filter.syntax", "filter.too_large".
Result<Question> make_question(const EntityQuery& query, const graphql::ArgumentValues& arguments, const graphql::Snapshot* snapshot);

/// The instant that the argument `at` says; the newest where there is none. Error "graphql.at" (invalid_argument).
Result<Instant> read_at(const graphql::ArgumentValues& arguments);

/// The same query asked again with the filter that `where` (canonical JSON; empty: none) adds.
Result<std::shared_ptr<const document::Filter>> filter_with(const EntityQuery& query, std::string_view where);

/// Asks all questions, those of one instant in one call to the store; an answer for each, in order. A query that is no list answers with
/// one document at most; by id, one that was not found is an empty answer. Error
/// "graphql.list_bytes" (too_large) when the documents are more than the query's bytes_max.
struct Answers {
  std::vector<std::shared_ptr<const document::Documents>> batches;
  struct Range {
    std::uint32_t batch = 0;
    std::uint32_t begin = 0;
    std::uint32_t count = 0;
  };
  std::vector<Range> ranges;
  std::size_t bytes = 0;  // of all batches
  Instant asked;          // just before the stores were
};
Task<Answers> ask(const EntityQuery& query, std::span<const Question> questions, document::View view);

}  // namespace millrace::federation
