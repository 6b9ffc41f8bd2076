// Which resolver answers each field of a service's GraphQL endpoints.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/guards.hpp"
#include "app/lifecycles.hpp"
#include "app/model.hpp"
#include "federation/connection.hpp"
#include "federation/remote/target.hpp"
#include "federation/resolvers.hpp"
#include "graphql/execution/resolver.hpp"
#include "observe/instruments.hpp"

namespace millrace::app {

struct SubgraphModel;

class GraphBindings {
 public:
  /// Gives the model's queries, mutations and subscriptions their stores and feeds. All outlive it.
  GraphBindings(Model& model, const Guards& guards, const Lifecycles& lifecycles, observe::Instruments& instruments);
  GraphBindings(const GraphBindings&) = delete;

  const graphql::Bindings& of_graphlette(std::size_t graphlette) const { return bindings_[graphlette]; }
  const graphql::Bindings& unified() const { return unified_; }
  /// The other servers that are asked.
  std::vector<std::shared_ptr<const federation::RemoteTarget>> targets() const;

 private:
  void bind_graphlettes();
  void bind_unified();
  void bind_subgraph(graphql::Bindings& own, const SubgraphModel& subgraph);
  void bind_roots(graphql::Bindings& own, GraphletteModel& graphlette);
  void bind_subscriptions(graphql::Bindings& own, GraphletteModel& graphlette);
  graphql::Source& source_of(std::size_t graphlette, const SubscriptionModel& subscription);
  std::vector<std::string> parent_keys(const RelationModel& relation) const;
  void bind_relation(graphql::Bindings& own, RelationModel& relation);
  void bind_remote(graphql::Bindings& own, const RelationModel& relation);
  std::shared_ptr<federation::RemoteTarget> target_of(const RemoteModel& remote);
  void bind_connections(graphql::Bindings& own, const graphql::Schema& schema);
  template <class T, class Of>
  graphql::Resolver& add_resolver(Of&& of);

  Model& model_;
  const Guards& guards_;
  const Lifecycles& lifecycles_;
  observe::Instruments& instruments_;
  std::deque<graphql::Bindings> bindings_;  // by graphlette
  graphql::Bindings unified_;
  std::map<std::pair<std::string, RemoteConfig>, std::shared_ptr<federation::RemoteTarget>> targets_;
  std::vector<std::unique_ptr<graphql::Resolver>> resolvers_;
  std::vector<std::unique_ptr<graphql::Source>> sources_;
  graphql::GroupResolver groups_;
  federation::NodesResolver nodes_;
  federation::CountResolver counts_;
};

}  // namespace millrace::app
