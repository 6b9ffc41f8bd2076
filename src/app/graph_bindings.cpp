#include "app/graph_bindings.hpp"

#include "app/connection_type.hpp"
#include "app/member_types.hpp"
#include "app/subgraph_model.hpp"
#include "app/unified_model.hpp"
#include "base/json/canonical.hpp"
#include "federation/entity_mutation.hpp"
#include "federation/remote/resolver.hpp"
#include "federation/subgraph.hpp"
#include "processing/lifecycle_resolver.hpp"

namespace millrace::app {

GraphBindings::GraphBindings(Model& model, const Guards& guards, const Lifecycles& lifecycles, observe::Instruments& instruments)
    : model_(model), guards_(guards), lifecycles_(lifecycles), instruments_(instruments) {
  bind_graphlettes();
  bind_unified();
}

template <class T, class Of>
graphql::Resolver& GraphBindings::add_resolver(Of&& of) {
  resolvers_.push_back(std::make_unique<T>(std::forward<Of>(of)));
  return *resolvers_.back();
}

void GraphBindings::bind_graphlettes() {
  for (std::size_t i = 0; i < model_.graphlettes.size(); ++i) bindings_.emplace_back();
  for (std::size_t i = 0; i < model_.graphlettes.size(); ++i) {
    bind_roots(bindings_[i], model_.graphlettes[i]);
    bind_subscriptions(bindings_[i], model_.graphlettes[i]);
    for (RelationModel& relation : model_.graphlettes[i].relations)
      relation.remote ? bind_remote(bindings_[i], relation) : bind_relation(bindings_[i], relation);
    bind_connections(bindings_[i], *model_.graphlettes[i].schema);
    if (model_.graphlettes[i].subgraph) bind_subgraph(bindings_[i], *model_.graphlettes[i].subgraph);
  }
}

/// The unified schema's fields are answered by the resolvers that the graphlettes have.
void GraphBindings::bind_unified() {
  if (model_.unified == nullptr) return;
  UnifiedModel& unified = *model_.unified;
  for (const UnifiedMember& member : unified.members) {
    unified_.bind("Query", member.field, groups_);
    if (!member.mutation_type.empty()) unified_.bind("Mutation", member.field, groups_);
  }
  for (const UnifiedMember& member : unified.members)
    for (const SubscriptionModel& one : model_.graphlettes[member.graphlette].subscriptions)
      unified_.bind_source(member.subscription_type, one.subscription.query.name, source_of(member.graphlette, one));
  for (const UnifiedField& field : unified.fields)
    unified_.bind(field.type, field.field, *bindings_[field.graphlette].find(field.own_type, field.field));
  for (ReverseModel& reverse : unified.reverses)
    if (!reverse.is_hidden) bind_relation(unified_, reverse.relation);
  for (const LifecycleFieldModel& field : unified.lifecycles)
    unified_.bind(field.type, "lifecycle", add_resolver<processing::LifecycleResolver>(*lifecycles_[field.entity]));
  bind_connections(unified_, *unified.schema);
  if (unified.subgraph) bind_subgraph(unified_, *unified.subgraph);
}

void GraphBindings::bind_subgraph(graphql::Bindings& own, const SubgraphModel& subgraph) {
  const std::string& query = subgraph.schema->query()->name;
  own.bind(query, "_service", add_resolver<federation::ServiceResolver>(subgraph.sdl));
  federation::EntitiesResolver::Options entities{.bytes_max = model_.config.list_bytes_max};
  for (const SubgraphEntity& entity : subgraph.entities)
    entities.types.push_back({entity.type, &guards_.store(entity.entity), entity.graphlette ? &bindings_[*entity.graphlette] : nullptr});
  if (!entities.types.empty()) own.bind(query, "_entities", add_resolver<federation::EntitiesResolver>(std::move(entities)));
}

void GraphBindings::bind_roots(graphql::Bindings& own, GraphletteModel& graphlette) {
  for (QueryModel& query : graphlette.queries) {
    query.query.store = &guards_.store(graphlette.entity);
    query.query.bytes_max = model_.config.list_bytes_max;
    counts_.add(query.query);
    own.bind(graphlette.schema->query()->name, query.query.name, add_resolver<federation::QueryResolver>(query.query));
  }
  for (MutationModel& model_of : graphlette.mutations) {
    federation::EntityMutation& mutation = model_of.mutation;
    mutation.store = &guards_.store(graphlette.entity);
    mutation.document_bytes_max = model_.config.body_bytes_max;
    own.bind(graphlette.schema->mutation()->name, mutation.name, add_resolver<federation::MutationResolver>(mutation));
  }
}

graphql::Source& GraphBindings::source_of(std::size_t graphlette, const SubscriptionModel& subscription) {
  const graphql::Type& root = *model_.graphlettes[graphlette].schema->subscription();
  return *bindings_[graphlette].find_source(root.name, subscription.subscription.query.name);
}

void GraphBindings::bind_subscriptions(graphql::Bindings& own, GraphletteModel& graphlette) {
  for (SubscriptionModel& model_of : graphlette.subscriptions) {
    federation::EntitySubscription& subscription = model_of.subscription;
    subscription.feed = &guards_.feed(graphlette.entity);
    subscription.heartbeat = model_.config.load.heartbeat;
    sources_.push_back(std::make_unique<federation::SubscriptionSource>(subscription));
    own.bind_source(graphlette.schema->subscription()->name, subscription.query.name, *sources_.back());
  }
}

/// The key is followed even where it may not be seen (document::Hidden::renamed).
std::vector<std::string> GraphBindings::parent_keys(const RelationModel& relation) const {
  std::vector<std::string> keys;
  for (const std::string& key : relation.keys) {
    keys.push_back(json::quoted(key));
    if (guards_.hide_members() && key != "id") keys.push_back(json::quoted('#' + key));
  }
  return keys;
}

void GraphBindings::bind_relation(graphql::Bindings& own, RelationModel& relation) {
  relation.own.store = &guards_.store(model_.graphlettes[relation.target].entity);
  relation.own.followed = static_cast<std::uint32_t>(relation.parameter);
  relation.own.bytes_max = model_.config.list_bytes_max;
  counts_.add(relation.own);
  federation::RelationResolver::Options resolver;
  resolver.query = &relation.own;
  resolver.target = &bindings_[relation.target];
  resolver.keys = parent_keys(relation);
  resolver.parameter = relation.parameter;
  resolver.is_list = relation.is_list;
  own.bind(relation.type, relation.field, add_resolver<federation::RelationResolver>(std::move(resolver)));
}

void GraphBindings::bind_remote(graphql::Bindings& own, const RelationModel& relation) {
  federation::RemoteResolver::Options resolver;
  resolver.target = target_of(*relation.remote);
  resolver.query = {relation.query, relation.remote->config.argument};
  resolver.keys = parent_keys(relation);
  resolver.is_list = relation.is_list;
  resolver.passes_at = relation.remote->config.passes_at;
  own.bind(relation.type, relation.field, add_resolver<federation::RemoteResolver>(std::move(resolver)));
}

/// Resolvers that ask one server in one way share its connections and what is known of it.
std::shared_ptr<federation::RemoteTarget> GraphBindings::target_of(const RemoteModel& remote) {
  auto& target = targets_[{remote.url, remote.config}];
  if (target) return target;
  const RemoteConfig& config = remote.config;
  federation::TargetOptions of{.url = remote.url, .split = remote.split};
  of.connect_timeout = config.connect_timeout;
  of.timeout = config.timeout;
  of.retries = config.retries;
  of.backoff = config.backoff;
  of.connections_max = config.connections;
  of.answer_bytes_max = config.answer_bytes_max;
  of.breaker = {config.breaker_failures, config.breaker_pause};
  of.hops_max = static_cast<std::uint32_t>(model_.config.graphql.hops);
  of.instruments = &instruments_;
  return target = std::make_shared<federation::RemoteTarget>(std::move(of));
}

std::vector<std::shared_ptr<const federation::RemoteTarget>> GraphBindings::targets() const {
  std::vector<std::shared_ptr<const federation::RemoteTarget>> all;
  for (const auto& [name, target] : targets_) all.push_back(target);
  return all;
}

void GraphBindings::bind_connections(graphql::Bindings& own, const graphql::Schema& schema) {
  for (const graphql::Type& type : schema.types()) {
    if (node_type(type) == nullptr) continue;
    own.bind(type.name, "nodes", nodes_);
    own.bind(type.name, "totalCount", counts_);
  }
}

}  // namespace millrace::app
