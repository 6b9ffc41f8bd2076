#include "app/derive_subgraphs.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "app/connection_type.hpp"
#include "app/subgraph_model.hpp"
#include "app/unified_model.hpp"
#include "graphql/type/built_in.hpp"
#include "graphql/type/print_schema.hpp"

namespace millrace::app {
namespace {

using graphql::Field;
using graphql::Type;
using graphql::TypeKind;

/// The first version has all that is used.
constexpr std::string_view kLink = R"(@link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"]))";
constexpr std::string_view kKey = R"(@key(fields: "id"))";
constexpr std::string_view kKeyElsewhere = R"(@key(fields: "id", resolvable: false))";
constexpr std::string_view kShareable = "@shareable";

/// An endpoint as far as it matters here.
struct Endpoint {
  const graphql::Schema& schema;
  std::optional<std::size_t> graphlette = {};              // nothing: the unified one
  std::vector<std::size_t> graphlettes = {};               // those that may own a type
  std::set<std::pair<std::string, std::string>> resolved;  // fields with a resolver: type, field
  std::set<std::string> remote = {};                       // types of other servers
  std::set<std::string> groups = {};                       // types that only group queries, mutations and subscriptions
};

bool has_id(const Type& type) {
  const Field* id = type.field("id");
  return id != nullptr && id->type.named->kind == TypeKind::scalar && !id->type.nullable().is_list() && id->arguments.empty() &&
         (id->type.named->scalar == graphql::ScalarKind::id || id->type.named->scalar == graphql::ScalarKind::string);
}

bool is_relation(const GraphletteModel& graphlette, std::string_view type, std::string_view field) {
  return std::ranges::any_of(graphlette.relations,
                             [&](const RelationModel& relation) { return relation.type == type && relation.field == field; });
}

void add_remote_types(const GraphletteModel& graphlette, Endpoint& endpoint) {
  for (const RelationModel& relation : graphlette.relations)
    if (relation.remote) endpoint.remote.insert(given_type(*graphlette.schema->type(relation.type)->field(relation.field)).name);
}

Endpoint endpoint_of(const Model& model, std::size_t index) {
  const GraphletteModel& graphlette = model.graphlettes[index];
  Endpoint endpoint{.schema = *graphlette.schema, .graphlette = index};
  for (std::size_t i = 0; i < model.graphlettes.size(); ++i) endpoint.graphlettes.push_back(i);
  for (const RelationModel& relation : graphlette.relations) endpoint.resolved.emplace(relation.type, relation.field);
  add_remote_types(graphlette, endpoint);
  return endpoint;
}

Endpoint endpoint_of(const Model& model, const UnifiedModel& unified) {
  Endpoint endpoint{.schema = *unified.schema};
  for (const UnifiedMember& member : unified.members) {
    endpoint.graphlettes.push_back(member.graphlette);
    endpoint.groups.insert({member.query_type, member.mutation_type, member.subscription_type});
    add_remote_types(model.graphlettes[member.graphlette], endpoint);
  }
  for (const UnifiedField& field : unified.fields) endpoint.resolved.emplace(field.type, field.field);
  for (const ReverseModel& reverse : unified.reverses) endpoint.resolved.emplace(reverse.relation.type, reverse.relation.field);
  return endpoint;
}

class SubgraphDeriver {
 public:
  SubgraphDeriver(const Model& model, Endpoint endpoint) : model_(model), endpoint_(std::move(endpoint)) {}

  std::shared_ptr<SubgraphModel> run(const Place& place, std::vector<Problem>& problems) {
    print_all();
    auto schema = graphql::build_schema(graphql::print_schema(endpoint_.schema) + additions(), "the schema of the subgraph");
    if (schema) {
      subgraph_->schema = *std::move(schema);
      return subgraph_;
    }
    // The schema is right by itself; what is wrong now is in the way of what was added.
    for (Problem& problem : schema.error())
      problems.push_back({place, fmt::format("The subgraph cannot be made: {}", problem.message),
                          "Rename it: names with _ in front are federation's; or federation = false."});
    return nullptr;
  }

 private:
  /// What the endpoint serves beside its own.
  std::string additions() const {
    std::vector<std::string> names;
    for (const SubgraphEntity& entity : subgraph_->entities) names.push_back(entity.type);
    std::string sdl = fmt::format("\n\ntype _Service {{ sdl: String! }}\n\nextend type {} {{\n", endpoint_.schema.query()->name);
    if (!names.empty()) sdl += "  _entities(representations: [_Any!]!): [_Entity]!\n";
    sdl += "  _service: _Service!\n}\n";
    if (!names.empty()) sdl += fmt::format("\nscalar _Any\n\nunion _Entity = {}\n", fmt::join(names, " | "));
    return sdl;
  }

  void print_all() {
    const std::string roots = graphql::print_roots(endpoint_.schema);
    subgraph_->sdl = fmt::format("extend schema {}\n{}", kLink, roots.empty() ? "" : '\n' + roots + '\n');
    for (const Type& type : endpoint_.schema.types())
      if (!graphql::is_specified_type(type.name) && !type.name.starts_with("__")) subgraph_->sdl += '\n' + print(type) + '\n';
  }

  std::string print(Type type) {
    type.one_of = false;  // gateways do not know it
    const bool is_root = type.name == endpoint_.schema.query()->name || is_named(endpoint_.schema.mutation(), type.name) ||
                         is_named(endpoint_.schema.subscription(), type.name);
    if (type.kind != TypeKind::object || is_root || endpoint_.groups.contains(type.name)) return graphql::print_type(type);
    if (const auto owner = owner_of(type.name)) {
      if (has_id(type)) add_entity(type, *owner);
      return print_owned(std::move(type), *owner);
    }
    if (endpoint_.remote.contains(type.name) && has_id(type)) return print_remote(std::move(type));
    return graphql::print_type(type, {.type = std::string(kShareable)});
  }

  static bool is_named(const Type* root, std::string_view name) { return root != nullptr && root->name == name; }

  /// The graphlette whose entity the type is; nothing where it is nobody's, or that of two that nobody tells apart.
  std::optional<std::size_t> owner_of(std::string_view type) const {
    const auto is_its = [&](std::size_t graphlette) { return model_.graphlettes[graphlette].type->name == type; };
    if (endpoint_.graphlette && is_its(*endpoint_.graphlette)) return endpoint_.graphlette;
    const auto configured = std::ranges::find(model_.config.unified.owners, type, &TypeOwnerConfig::type);
    std::optional<std::size_t> owner;
    for (const std::size_t graphlette : endpoint_.graphlettes) {
      if (!is_its(graphlette)) continue;
      if (configured != model_.config.unified.owners.end() && configured->path == model_.graphlettes[graphlette].path) return graphlette;
      if (owner && model_.graphlettes[*owner].entity != model_.graphlettes[graphlette].entity) return std::nullopt;
      if (!owner) owner = graphlette;
    }
    return owner;
  }

  bool is_own(std::size_t owner) const { return !endpoint_.graphlette || *endpoint_.graphlette == owner; }

  void add_entity(const Type& type, std::size_t owner) {
    SubgraphEntity& entity = subgraph_->entities.emplace_back(type.name, model_.graphlettes[owner].entity);
    if (!is_own(owner)) entity.graphlette = owner;
  }

  bool is_resolved(const Type& type, const Field& field) const { return endpoint_.resolved.contains({type.name, field.name}); }

  /// Members of documents are the same wherever they are read. What is resolved is told by one subgraph alone.
  std::string print_fields(const Type& type, std::string_view key) const {
    const auto directives = [&](const Field& field) {
      const bool is_key = !key.empty() && field.name == "id";
      return std::string(is_key || is_resolved(type, field) ? "" : kShareable);
    };
    return graphql::print_type(type, {std::string(key), directives});
  }

  std::string print_owned(Type type, std::size_t owner) const {
    const std::string_view key = has_id(type) ? kKey : std::string_view();
    if (!is_own(owner) && model_.config.graphlettes[owner].is_subgraph)
      std::erase_if(type.fields, [&](const Field& field) { return !is_needed(type, field) && !is_shared(type, field, owner); });
    return print_fields(type, key);
  }

  /// Of a projection: what it has as the owner has it, and what it adds. The rest a gateway gets from the owner's subgraph, where it has
  /// all its arguments, and never less than it promises.
  bool is_shared(const Type& type, const Field& field, std::size_t owner) const {
    const Field* whole = model_.graphlettes[owner].type->field(field.name);
    if (whole == nullptr) return true;
    return !is_resolved(type, field) && !is_relation(model_.graphlettes[owner], type.name, field.name) &&
           whole->type.to_string() == field.type.to_string() && whole->arguments.empty() && field.arguments.empty();
  }

  /// What is not told by an interface as well cannot be left out.
  static bool is_needed(const Type& type, const Field& field) {
    return field.name == "id" ||
           std::ranges::any_of(type.interfaces, [&](const Type* interface) { return interface->field(field.name) != nullptr; });
  }

  /// Of another server: it cannot be asked for here by its id, so what this side adds to it could not be reached.
  std::string print_remote(Type type) const {
    std::erase_if(type.fields, [&](const Field& field) { return !is_needed(type, field) && is_resolved(type, field); });
    return print_fields(type, kKeyElsewhere);
  }

  const Model& model_;
  const Endpoint endpoint_;
  std::shared_ptr<SubgraphModel> subgraph_ = std::make_shared<SubgraphModel>();
};

}  // namespace

void derive_subgraphs(Model& model, std::vector<Problem>& problems) {
  for (std::size_t i = 0; i < model.graphlettes.size(); ++i) {
    const GraphletteConfig& config = model.config.graphlettes[i];
    if (config.is_subgraph) model.graphlettes[i].subgraph = SubgraphDeriver(model, endpoint_of(model, i)).run(config.place, problems);
  }
  const UnifiedConfig& config = model.config.unified;
  if (model.unified && config.is_subgraph)
    model.unified->subgraph = SubgraphDeriver(model, endpoint_of(model, *model.unified)).run(config.place, problems);
}

void explain_federation_directives(std::vector<Problem>& problems) {
  constexpr std::string_view kNames[] = {"link",         "key", "shareable", "external", "requires",        "provides",        "override",
                                         "inaccessible", "tag", "extends",   "policy",   "interfaceObject", "composeDirective"};
  for (Problem& problem : problems)
    for (const std::string_view name : kNames)
      if (problem.message == fmt::format("Unknown directive \"@{}\".", name))
        problem.hint = "Take it out: with federation = true in the config, keys and what is shared follow from the schema.";
}

}  // namespace millrace::app
