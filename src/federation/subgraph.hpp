// What makes an endpoint a subgraph of Apollo Federation: `_service`, what a gateway composes, and `_entities`, documents by type and id
// (docs/decisions/0019).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "document/store.hpp"
#include "graphql/execution/resolver.hpp"

namespace millrace::federation {

/// `_service`: an object with the SDL.
class ServiceResolver : public graphql::Resolver {
 public:
  explicit ServiceResolver(std::string_view sdl);

  Task<std::vector<graphql::Resolved>> resolve(std::span<const graphql::FieldCall> calls) override;

 private:
  const std::string object_;
};

/// A type whose documents can be asked for by their ids.
struct EntityType {
  std::string name;
  document::Store* store = nullptr;          // outlives the resolver
  const graphql::Bindings* below = nullptr;  // as graphql::Resolver::below() gives it; may be null
};

/// `_entities`: for each representation, {"__typename": TYPE, "id": ID}, the document in its place, or null where there is none; one read
/// for each type, whatever the representations, equal ones once, all as of one instant. What is wrong with one, or with a type's store, is
/// an error at its place that leaves the others. Errors: "graphql.representation", "graphql.list_bytes", and the store's.
class EntitiesResolver : public graphql::Resolver {
 public:
  struct Options {
    std::vector<EntityType> types;
    std::size_t representations_max = 10'000;  // of one asking
    std::size_t bytes_max = 32 << 20;          // of the documents that one asking gives, each as often as it is given
  };
  explicit EntitiesResolver(Options options) : options_(std::move(options)) {}

  const graphql::Bindings* below(const graphql::Type& object) const override;
  bool reads() const override { return true; }
  void join(graphql::Snapshot& snapshot) const override;
  Task<std::vector<graphql::Resolved>> resolve(std::span<const graphql::FieldCall> calls) override;

 private:
  const Options options_;
};

}  // namespace millrace::federation
