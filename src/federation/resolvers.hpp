// Resolvers over the stores of this process: a query's own field, and a relation from one entity to another.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "federation/entity_query.hpp"
#include "graphql/execution/resolver.hpp"

namespace millrace::federation {

/// The key of a call's parent: of `width` members, the first that the parent has; empty when it has none or it is null.
std::string_view parent_key(const graphql::FieldCall& call, std::size_t parent, std::size_t width);

/// What who asks sees of what is newest, of calls of one request. It ends with the request.
inline document::View view_of(std::span<const graphql::FieldCall> calls) {
  const graphql::Caller* const caller = calls.empty() ? nullptr : calls.front().caller;
  if (caller == nullptr) return {.hidden = document::Hidden::renamed};
  return {.principal = caller->principal.get(), .origin = {caller->address, &caller->trace}, .hidden = document::Hidden::renamed};
}

/// A field of the Query type.
class QueryResolver : public graphql::Resolver {
 public:
  /// The query must outlive it; `below` as in graphql::Resolver, may be null.
  explicit QueryResolver(const EntityQuery& query) : query_(query) {}

  bool reads() const override { return true; }
  void join(graphql::Snapshot& snapshot) const override;
  Task<std::vector<graphql::Resolved>> resolve(std::span<const graphql::FieldCall> calls) override;

 private:
  const EntityQuery& query_;
};

/// A field that follows a key from its parent to a query of another entity: any number of parents is one batch, equal keys are asked once.
class RelationResolver : public graphql::Resolver {
 public:
  struct Options {
    const EntityQuery* query = nullptr;         // outlives the resolver
    const graphql::Bindings* target = nullptr;  // of the graphlette that the query belongs to
    std::vector<std::string> keys;              // quoted members of the parent; the first one that the parent has is the key
    std::size_t parameter = 0;                  // the query's parameter that takes the key
    bool is_list = false;                       // what the field's own type wants; a connection where the query is one
  };
  explicit RelationResolver(Options options) : options_(std::move(options)) {}

  std::span<const std::string> parent_keys() const override { return options_.keys; }
  const graphql::Bindings* below(const graphql::Type&) const override { return options_.target; }
  bool reads() const override { return true; }
  void join(graphql::Snapshot& snapshot) const override;
  Task<std::vector<graphql::Resolved>> resolve(std::span<const graphql::FieldCall> calls) override;

 private:
  Options options_;
};

}  // namespace millrace::federation
