#include "app/check.hpp"

#include <fmt/chrono.h>

#include <algorithm>

#include "app/derive_rules.hpp"
#include "app/subgraph_model.hpp"
#include "app/unified_model.hpp"
#include "base/uri.hpp"
#include "document/filter_text.hpp"
#include "rest/operations.hpp"

namespace millrace::app {
namespace {

/// What is no URI may be libpq's own way to write one, with a password anywhere.
std::string shown_uri(const StorageConfig& storage) {
  const bool is_hidden = storage.type == "postgres" && !storage.uri.contains("://");
  return is_hidden ? std::string("(as configured)") : without_credentials(storage.uri);
}

void describe_entity(std::string& out, const EntityModel& entity) {
  std::vector<std::string> indexes;
  for (const document::FieldPath& path : entity.indexes) indexes.push_back(path.to_string());
  fmt::format_to(std::back_inserter(out), "  storage   {} {}{}{}\n", entity.storage.type, shown_uri(entity.storage),
                 entity.storage.uri.empty() ? "" : " ", entity.storage.collection);
  fmt::format_to(std::back_inserter(out), "  indexes   id{}{}\n", indexes.empty() ? "" : ", ", fmt::join(indexes, ", "));
}

/// What a field takes besides its conditions.
std::string describe_page(const federation::EntityQuery& query, const graphql::Field& field) {
  std::string text;
  std::vector<std::string> pages;
  if (query.takes_where && field.argument("where") != nullptr) text += "  and $where";
  if (query.ordering && field.argument("orderBy") != nullptr)
    text += fmt::format("  by $orderBy ({})", fmt::join(query.ordering->fields(), ", "));
  for (const graphql::InputValue& argument : field.arguments) {
    const bool is_page = query.is_connection
                             ? argument.name == "first" || argument.name == "after" || argument.name == "last" || argument.name == "before"
                             : argument.name == "limit" || argument.name == "offset";
    if (is_page) pages.push_back('$' + argument.name);
  }
  if (!pages.empty()) text += fmt::format("  pages {}", fmt::join(pages, ", "));
  return text;
}

std::string_view verb(federation::EntityMutation::Kind kind) {
  switch (kind) {
    case federation::EntityMutation::Kind::create: return "creates";
    case federation::EntityMutation::Kind::create_many: return "creates all or none of";
    case federation::EntityMutation::Kind::update: return "changes";
    case federation::EntityMutation::Kind::remove: return "deletes";
  }
  return "";
}

void describe_mutation(std::string& out, const graphql::Field& field, const federation::EntityMutation& mutation) {
  const bool is_new =
      mutation.kind == federation::EntityMutation::Kind::create || mutation.kind == federation::EntityMutation::Kind::create_many;
  std::string what = !mutation.input.empty() ? '$' + mutation.input : fmt::format("{}", fmt::join(mutation.members, ", "));
  std::string id = is_new ? std::string() : fmt::format("id {}", mutation.id.empty() ? "of the input" : '$' + mutation.id);
  if (!id.empty() && !what.empty()) what = fmt::format("{} by {}", id, what);
  if (what.empty()) what = id;
  fmt::format_to(std::back_inserter(out), "  mutation  {}: {}  {} {}{}\n", mutation.name, field.type.to_string(), verb(mutation.kind), what,
                 mutation.expected_version.empty() ? "" : "  if at version $" + mutation.expected_version);
}

std::string_view verb(federation::EntitySubscription::Kind kind) {
  switch (kind) {
    case federation::EntitySubscription::Kind::created: return "first versions";
    case federation::EntitySubscription::Kind::updated: return "later versions";
    case federation::EntitySubscription::Kind::changed: return "versions";
    case federation::EntitySubscription::Kind::removed: return "ids of deleted ones";
  }
  return "";
}

void describe_subscription(std::string& out, const graphql::Field& field, const federation::EntitySubscription& subscription) {
  fmt::format_to(std::back_inserter(out), "  subscribe {}: {}  {} where {}{}{}\n", field.name, field.type.to_string(),
                 verb(subscription.kind), document::to_string(subscription.query.filter, subscription.query.parameters),
                 subscription.query.takes_where ? "  and $where" : "", subscription.after.empty() ? "" : "  from $" + subscription.after);
}

/// What no index serves: a line that says what is read instead.
void describe_cost(std::string& out, const QueryModel& query, const graphql::Field& field) {
  const document::Filter& filter = query.query.filter;
  std::vector<document::FieldPath> served;
  document::collect_indexable(filter, served);
  const bool is_everything = filter.kind == document::Filter::Kind::all && filter.children.empty();
  const bool is_scan = served.empty() && !is_everything && !document::has_sql(filter);
  const bool is_sorted = query.query.ordering && field.argument("orderBy") != nullptr;
  if (!is_scan && !is_sorted) return;
  fmt::format_to(std::back_inserter(out), "            no index serves {}: {} looked at\n",
                 is_scan && is_sorted ? "its filter and orders"
                 : is_scan            ? "its filter"
                                      : "its orders",
                 is_scan ? "every document is" : "all that match are");
}

void describe_subgraph(std::string& out, const std::shared_ptr<const SubgraphModel>& subgraph) {
  if (!subgraph) return;
  std::vector<std::string> names;
  for (const SubgraphEntity& entity : subgraph->entities) names.push_back(entity.type);
  fmt::format_to(std::back_inserter(out), "  subgraph  {}\n",
                 names.empty() ? "gives nothing by its id: no type of documents has a field \"id\""
                               : fmt::format("gives {} by id", fmt::join(names, ", ")));
}

void describe_rules(std::string& out, const EntityModel& entity) {
  if (entity.is_audited) out += "  audited   all reads are recorded\n";
  if (!entity.rules) return;
  for (const access::Rule& rule : entity.rules->rules) fmt::format_to(std::back_inserter(out), "  rule      {}\n", to_string(rule));
  out += "  rule      * may nothing else\n";
}

void describe_graphlette(std::string& out, const Model& model, const GraphletteModel& graphlette) {
  for (const QueryModel& query : graphlette.queries) {
    const graphql::Field* field = graphlette.schema->query()->field(query.query.name);
    fmt::format_to(std::back_inserter(out), "  query     {}: {}  where {}{}  ({})\n", query.query.name, field->type.to_string(),
                   document::to_string(query.query.filter, query.query.parameters), describe_page(query.query, *field),
                   query.origin == "derived" ? "derived" : "template");
    describe_cost(out, query, *field);
  }
  for (const MutationModel& mutation : graphlette.mutations)
    describe_mutation(out, *graphlette.schema->mutation()->field(mutation.mutation.name), mutation.mutation);
  for (const SubscriptionModel& model_of : graphlette.subscriptions)
    describe_subscription(out, *graphlette.schema->subscription()->field(model_of.subscription.query.name), model_of.subscription);
  for (const RelationModel& relation : graphlette.relations) {
    if (relation.remote) {
      fmt::format_to(std::back_inserter(out), "  resolver  {}.{} follows {} to {}({}:) of {}\n", relation.type, relation.field,
                     fmt::join(relation.keys, ", else "), relation.query, relation.remote->config.argument, relation.remote->url);
      continue;
    }
    const graphql::Field& field = *graphlette.schema->type(relation.type)->field(relation.field);
    const bool adds = relation.own.parameters.size() > model.graphlettes[relation.target].query(relation.query)->query.parameters.size();
    fmt::format_to(std::back_inserter(out), "  resolver  {}.{} follows {} to {} at {}{}{}\n", relation.type, relation.field,
                   fmt::join(relation.keys, ", else "), relation.query, model.graphlettes[relation.target].path,
                   adds ? "  where " + document::to_string(relation.own.filter, relation.own.parameters) : std::string(),
                   describe_page(relation.own, field));
  }
  describe_subgraph(out, graphlette.subgraph);
}

void describe_restlette(std::string& out, const RestletteModel& restlette) {
  fmt::format_to(std::back_inserter(out), "  schema    {}\n", restlette.schema_origin);
  using enum rest::Target;
  for (const rest::Target target : {collection, document, history, lifecycle, bulk, changes, consumers})
    fmt::format_to(std::back_inserter(out), "  route     {}{}  {}\n", restlette.path, rest::path_template(target),
                   rest::allowed_methods(target, restlette.behaviour.immutable));
}

void describe_unified(std::string& out, const Model& model, const UnifiedModel& unified) {
  fmt::format_to(std::back_inserter(out), "{}  (all in one)\n", unified.path);
  for (const UnifiedMember& member : unified.members)
    fmt::format_to(std::back_inserter(out), "  field     {}  of {}\n", member.field, model.graphlettes[member.graphlette].path);
  for (const ReverseModel& reverse : unified.reverses) {
    const RelationModel& relation = reverse.relation;
    fmt::format_to(std::back_inserter(out), "  reverse   {}.{} of {}", relation.type, relation.field, reverse.forward);
    if (reverse.is_hidden) {
      fmt::format_to(std::back_inserter(out), "  is not there: {} has a field of that name\n", relation.type);
    } else {
      fmt::format_to(std::back_inserter(out), "  where {} = id at {}\n", relation.own.parameters.front(),
                     model.graphlettes[relation.target].path);
    }
  }
  for (const LifecycleFieldModel& field : unified.lifecycles)
    fmt::format_to(std::back_inserter(out), "  field     {}.lifecycle\n", field.type);
  describe_subgraph(out, unified.subgraph);
  out += '\n';
}

void describe_processor(std::string& out, const Model& model, const ProcessorModel& processor) {
  const ProcessorConfig& config = processor.config;
  fmt::format_to(std::back_inserter(out), "{}  (processor)\n", config.name);
  fmt::format_to(std::back_inserter(out), "  from      {}  to {}, attempts in {}\n", model.entities[processor.from].storage.collection,
                 model.entities[processor.to].storage.collection, model.attempts[processor.attempts].storage.collection);
  fmt::format_to(std::back_inserter(out), "  events    {}, in the order of {}\n", config.where.text.empty() ? "all" : "where jq says so",
                 config.key.text.empty() ? "no key" : "their key");
  fmt::format_to(std::back_inserter(out), "  tried     {} times at most, from {} to {} apart\n", config.attempts, config.backoff,
                 config.backoff_max);
  if (config.deadline.count() > 0) fmt::format_to(std::back_inserter(out), "  deadline  {}\n", config.deadline);
  out += '\n';
}

void describe_sinks(std::string& out, const Model& model) {
  if (model.sinks.empty()) return;
  out += "sinks\n";
  for (const SinkModel& sink : model.sinks)
    fmt::format_to(std::back_inserter(out), "  sink      {}  publishes {} to {}, from {}\n", sink.config.name, sink.config.from,
                   target_of(sink.config), sink.config.begins_now ? "its first start on" : "the beginning");
  out += '\n';
}

}  // namespace

std::string describe(const Model& model) {
  std::string out;
  for (std::size_t entity = 0; entity < model.entities.size(); ++entity) {
    fmt::format_to(std::back_inserter(out), "{}\n", model.entities[entity].storage.collection);
    describe_entity(out, model.entities[entity]);
    describe_rules(out, model.entities[entity]);
    for (const RestletteModel& restlette : model.restlettes) {
      if (restlette.entity != entity) continue;
      fmt::format_to(std::back_inserter(out), "  REST      {}\n", restlette.path);
      describe_restlette(out, restlette);
    }
    for (const GraphletteModel& graphlette : model.graphlettes) {
      if (graphlette.entity != entity) continue;
      fmt::format_to(std::back_inserter(out), "  GraphQL   {}  (type {})\n", graphlette.path, graphlette.type->name);
      describe_graphlette(out, model, graphlette);
    }
    out += '\n';
  }
  if (model.unified) describe_unified(out, model, *model.unified);
  for (const ProcessorModel& processor : model.processors) describe_processor(out, model, processor);
  describe_sinks(out, model);
  return out;
}

}  // namespace millrace::app
