// Relay connections (the GraphQL Cursor Connections specification): the page of a query as {edges, pageInfo}, and what of it is made only
// when it is selected.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "federation/entity_query.hpp"
#include "graphql/execution/resolver.hpp"

namespace millrace::federation {

/// The connection object of one answer. `asked`: the instant before the question was put to the store.
std::string connection_text(const EntityQuery& query, const Question& question, const document::Documents& documents, Instant asked);

/// `nodes` of a connection: those of its edges.
class NodesResolver : public graphql::Resolver {
 public:
  std::span<const std::string> parent_keys() const override;
  bool takes_selections() const override { return false; }  // another server has its own
  Task<std::vector<graphql::Resolved>> resolve(std::span<const graphql::FieldCall> calls) override;
};

/// `totalCount` of a connection: how many documents it pages through, at the instant of its first page. One for all queries of a service.
class CountResolver : public graphql::Resolver {
 public:
  /// The query that has the next number (EntityQuery::number); outlives the resolver.
  void add(EntityQuery& query);

  std::span<const std::string> parent_keys() const override;
  bool reads() const override { return true; }              // what its connection's query reads, at that one's instant
  bool takes_selections() const override { return false; }  // another server has its own
  Task<std::vector<graphql::Resolved>> resolve(std::span<const graphql::FieldCall> calls) override;

 private:
  std::vector<const EntityQuery*> queries_;
};

}  // namespace millrace::federation
