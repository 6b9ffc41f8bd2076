#include "app/derive_relations.hpp"

#include <algorithm>
#include <array>

#include "app/address.hpp"
#include "app/connection_type.hpp"
#include "app/derive_arguments.hpp"
#include "app/member_types.hpp"
#include "base/uri.hpp"
#include "http/client.hpp"

namespace millrace::app {
namespace {

bool is_this_host(std::string_view host, const Config& config) {
  static constexpr std::array<std::string_view, 4> kLoopback{"localhost", "127.0.0.1", "[::1]", "0.0.0.0"};
  return host == config.host || std::ranges::find(kLoopback, host) != kLoopback.end();
}

std::vector<std::string> query_names(const GraphletteModel& graphlette) {
  std::vector<std::string> names;
  for (const QueryModel& query : graphlette.queries) names.push_back(query.query.name);
  return names;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
  std::string_view near = nearest(name, candidates);
  return near.empty() ? fmt::format("Known are: {}.", fmt::join(candidates, ", ")) : fmt::format("Did you mean \"{}\"?", near);
}

/// Without query, fragment and trailing slashes.
std::string path_part(std::string_view path) {
  path = path.substr(0, path.find_first_of("?#"));
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

class RelationDeriver {
 public:
  RelationDeriver(Model& model, std::uint16_t port, std::vector<Problem>& problems) : model_(model), port_(port), problems_(problems) {}

  void derive(std::size_t index) {
    GraphletteModel& graphlette = model_.graphlettes[index];
    for (const ResolverConfig& resolver : model_.config.graphlettes[index].resolvers) {
      if (resolver.name.empty() || (resolver.url.empty() && resolver.graphlette.empty())) continue;  // reported with the config
      RelationModel relation;
      if (!find_target(resolver, relation)) continue;
      if (!find_field(graphlette, resolver, relation)) continue;
      if (!relation.remote) {
        if (!find_query(resolver, relation)) continue;
        derive_own(graphlette, relation);
      } else if (!take_remote_query(graphlette, resolver, relation)) {
        continue;
      }
      graphlette.relations.push_back(std::move(relation));
    }
  }

 private:
  void problem(const ResolverConfig& resolver, std::string message, std::string hint) {
    problems_.push_back({resolver.place, std::move(message), std::move(hint)});
  }

  bool find_target(const ResolverConfig& resolver, RelationModel& relation) {
    auto path = resolver.url.empty() ? std::optional<std::string>(graphlette_path(resolver.graphlette))
                                     : local_path(resolver.url, model_.config, port_);
    if (!path) return find_remote(resolver, relation);
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < model_.graphlettes.size(); ++i) {
      if (model_.graphlettes[i].path == *path) {
        relation.target = i;
        return true;
      }
      paths.push_back(model_.graphlettes[i].path);
    }
    problem(resolver, fmt::format("Resolver \"{}\" points at \"{}\", where this service has no graphlette.", resolver.name, *path),
            did_you_mean(*path, paths));
    return false;
  }

  /// Nothing is asked of it now: it may be down.
  bool find_remote(const ResolverConfig& resolver, RelationModel& relation) {
    auto split = is_base_url(resolver.url) ? http::parse_url(resolver.url) : std::nullopt;
    if (split) {
      relation.remote = RemoteModel{resolver.url, *std::move(split), resolver.remote};
      return true;
    }
    problem(resolver,
            fmt::format("The URL \"{}\" of resolver \"{}\" is none that can be asked.", without_credentials(resolver.url), resolver.name),
            fmt::format("Write http:// or https://, a host, perhaps a port, and the path of its GraphQL endpoint. This service is {}.",
                        model_.config.url));
    return false;
  }

  /// The query of another server is not known here: its names must be names, and a field with an argument of the key's name would clash.
  bool take_remote_query(const GraphletteModel& graphlette, const ResolverConfig& resolver, RelationModel& relation) {
    std::string& argument = relation.remote->config.argument;
    if (argument.empty()) argument = "id";
    relation.query = resolver.query_name;
    if (resolver.query_name.empty()) return false;  // reported with the config
    for (const std::string* name : {&relation.query, &argument}) {
      if (is_graphql_name(*name)) continue;
      problem(resolver, fmt::format("\"{}\" of the resolver \"{}\" is no name in GraphQL.", *name, resolver.name), {});
      return false;
    }
    const graphql::Field& field = *graphlette.schema->type(relation.type)->field(relation.field);
    refuse_key_argument(FieldContext{*graphlette.schema, graphlette.schema_name, *graphlette.type, problems_}, field, relation, argument);
    return true;
  }

  static bool is_graphql_name(std::string_view name) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !name.empty() && is_letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
  }

  void refuse_key_argument(const FieldContext& context, const graphql::Field& field, const RelationModel& relation, std::string_view key) {
    const graphql::InputValue* argument = field.argument(key);
    if (argument == nullptr) return;
    problems_.push_back(
        {context.place(argument->begin),
         fmt::format("The argument \"{}\" of \"{}.{}\" is what the key of the parent is given to.", key, relation.type, relation.field),
         "Leave it out, or name another."});
  }

  /// An internal resolver names a graphlette by its path, or by the path without /graph, and perhaps without its first slash.
  std::string graphlette_path(std::string_view name) const {
    for (const GraphletteModel& graphlette : model_.graphlettes) {
      std::string_view path = graphlette.path;
      if (path == name) return graphlette.path;
      if (!path.ends_with("/graph")) continue;
      path.remove_suffix(6);
      if (!path.empty() && (path == name || path.substr(1) == name)) return graphlette.path;
    }
    return std::string(name);
  }

  /// The name is a path of fields from the entity ("hens.layReports"), whose first part may be a type instead ("Hen.layReports").
  bool find_field(const GraphletteModel& graphlette, const ResolverConfig& resolver, RelationModel& relation) {
    const graphql::Type* type = graphlette.type;
    std::string_view left = resolver.name;
    if (const std::size_t dot = left.find('.'); dot != std::string_view::npos) {
      const graphql::Type* named = graphlette.schema->type(left.substr(0, dot));
      if (named != nullptr && type->field(left.substr(0, dot)) == nullptr) {
        type = named;
        left.remove_prefix(dot + 1);
      }
    }
    while (true) {
      const std::size_t dot = left.find('.');
      const graphql::Field* field = type->field(left.substr(0, dot));
      if (field == nullptr || !field->type.named->is_composite()) return no_field(resolver, *type, left.substr(0, dot), field != nullptr);
      if (dot == std::string_view::npos) return take_field(resolver, *type, *field, relation);
      type = field->type.named;
      left.remove_prefix(dot + 1);
    }
  }

  bool no_field(const ResolverConfig& resolver, const graphql::Type& type, std::string_view name, bool is_leaf) {
    std::vector<std::string> names;
    for (const graphql::Field& field : type.fields)
      if (field.type.named->is_composite()) names.push_back(field.name);
    if (is_leaf) {
      problem(resolver, fmt::format("The field \"{}.{}\" gives no object, so \"{}\" cannot resolve it.", type.name, name, resolver.name),
              did_you_mean(name, names));
    } else {
      problem(resolver, fmt::format("The type \"{}\" has no field \"{}\" for the resolver \"{}\".", type.name, name, resolver.name),
              did_you_mean(name, names));
    }
    return false;
  }

  static bool take_field(const ResolverConfig& resolver, const graphql::Type& type, const graphql::Field& field, RelationModel& relation) {
    relation.type = type.name;
    relation.field = field.name;
    relation.is_list = field.type.nullable().is_list();
    if (!resolver.id.empty()) {
      relation.keys = {resolver.id};
    } else {
      relation.keys = {snake_case(field.name) + "_id"};
      if (type.field(relation.keys.front()) == nullptr) relation.keys.emplace_back("id");
    }
    return true;
  }

  /// The key goes to the argument that the config names, else to `id`, else to the only one.
  bool find_query(const ResolverConfig& resolver, RelationModel& relation) {
    const GraphletteModel& target = model_.graphlettes[relation.target];
    const QueryModel* query = target.query(resolver.query_name);
    // What it would be is not known while the target has problems of its own.
    if (target.type == nullptr || resolver.query_name.empty() || (query != nullptr && query->is_wrong)) return false;
    if (query == nullptr) {
      problem(resolver, fmt::format("\"{}\" has no query \"{}\" for the resolver \"{}\".", target.path, resolver.query_name, resolver.name),
              did_you_mean(resolver.query_name, query_names(target)));
      return false;
    }
    relation.query = query->query.name;
    const auto& parameters = query->query.parameters;
    const std::string& named = resolver.remote.argument;
    auto at = std::ranges::find(parameters, named.empty() ? "id" : named);
    if (named.empty() && at == parameters.end() && parameters.size() == 1) at = parameters.begin();
    if (at == parameters.end()) {
      problem(resolver,
              fmt::format("The resolver \"{}\" cannot tell which argument of \"{}\" takes the key.", resolver.name, relation.query),
              "Let it have one argument, or one that is named id, or name it with `argument`.");
      return false;
    }
    relation.parameter = static_cast<std::size_t>(at - parameters.begin());
    relation.own = query->query;
    return true;
  }

  /// What the field's own arguments add to the query that it asks: conditions, order and pages, as they would on the query's own field.
  void derive_own(const GraphletteModel& graphlette, RelationModel& relation) {
    const graphql::Field& field = *graphlette.schema->type(relation.type)->field(relation.field);
    const GraphletteModel& target = model_.graphlettes[relation.target];
    federation::EntityQuery& own = relation.own;
    const std::string key = own.parameters[relation.parameter];
    const std::size_t parameters = own.parameters.size();
    const FieldContext context{*graphlette.schema, graphlette.schema_name, *target.type, problems_};
    own.name = relation.type + '.' + relation.field;
    own.is_list = relation.is_list && (own.is_list || own.is_connection);
    own.ordering.reset();
    own.takes_where = false;
    derive_reserved(context, field, own);
    // Other graphlettes may declare these, and other conditions, on the same field of theirs, and ask for them here.
    if (!own.ordering) own.ordering.emplace(ordered_members(*target.type));
    own.takes_where |= !has_sql(own.filter) && !is_member(*target.type, "where");
    derive_conditions(context, field, own);
    for (std::size_t i = 0; i < model_.graphlettes.size(); ++i)
      if (&model_.graphlettes[i] != &graphlette) take_conditions(i, relation);
    own.is_by_id &= own.parameters.size() == parameters;
    if (own.is_connection) check_connection(*graphlette.schema, *field.type.named, graphlette.schema_name, problems_);
    refuse_key_argument(context, field, relation, key);
  }

  /// Adds the conditions that another graphlette declares on the same field, unless that has a resolver of its own for it.
  void take_conditions(std::size_t index, RelationModel& relation) {
    const GraphletteModel& other = model_.graphlettes[index];
    if (other.schema == nullptr) return;
    const graphql::Type* type = other.schema->type(relation.type);
    const graphql::Field* field = type != nullptr ? type->field(relation.field) : nullptr;
    if (field == nullptr) return;
    for (const ResolverConfig& resolver : model_.config.graphlettes[index].resolvers)
      if (resolver.name == relation.field || resolver.name.ends_with('.' + relation.field)) return;
    derive_conditions({*other.schema, other.schema_name, *model_.graphlettes[relation.target].type, problems_}, *field, relation.own);
  }

  Model& model_;
  std::uint16_t port_;
  std::vector<Problem>& problems_;
};

}  // namespace

std::optional<std::string> local_path(std::string_view url, const Config& config, std::uint16_t port) {
  if (url.starts_with('/')) return std::string(url);
  // Its own URL, whatever the scheme: a proxy may speak https for it.
  if (url.starts_with(config.url) && (url.size() == config.url.size() || url[config.url.size()] == '/'))
    return path_part(url.substr(config.url.size()));
  auto target = http::parse_url(url);
  if (!target || target->is_secure) return std::nullopt;
  const bool is_own_port = target->port == std::to_string(config.port) || target->port == std::to_string(port);
  if (!is_own_port || !is_this_host(target->host, config)) return std::nullopt;
  return path_part(target->path);
}

void derive_relations(Model& model, std::uint16_t port, std::vector<Problem>& problems) {
  RelationDeriver deriver(model, port, problems);
  for (std::size_t i = 0; i < model.graphlettes.size(); ++i)
    if (model.graphlettes[i].type != nullptr) deriver.derive(i);
}

}  // namespace millrace::app
