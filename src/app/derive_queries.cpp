#include "app/derive_queries.hpp"

#include <algorithm>

#include "app/connection_type.hpp"
#include "app/derive_arguments.hpp"
#include "document/filter_parser.hpp"
#include "document/sql_template.hpp"
#include "graphql/language/source.hpp"

namespace millrace::app {
namespace {

using document::Comparison;
using document::FieldPath;
using document::Filter;

Place place_in(const graphql::Schema& schema, const std::string& file, std::uint32_t offset) {
  auto location = graphql::location_at(schema.source(), offset);
  return {file, location.line, location.column};
}

std::vector<std::string> names_of(const auto& items) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.name);
  return names;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
  std::string_view near = nearest(name, candidates);
  return near.empty() ? std::string() : fmt::format("Did you mean \"{}\"?", near);
}

bool is_by_id(const Filter& filter) {
  const Filter* only = &filter;
  while (only->kind == Filter::Kind::all && only->children.size() == 1) only = &only->children.front();
  return only->kind == Filter::Kind::compare && only->comparison == Comparison::equal && only->path.root == FieldPath::Root::id &&
         only->path.keys.empty() && !only->operand.is_literal();
}

class Deriver {
 public:
  Deriver(const graphql::Schema& schema, const graphql::Type& entity, const GraphletteConfig& config, const std::string& file,
          std::vector<Problem>& problems)
      : schema_(schema), entity_(entity), config_(config), file_(file), problems_(problems) {}

  std::deque<QueryModel> run() {
    std::deque<QueryModel> queries;
    for (const graphql::Field& field : schema_.query()->fields) {
      const QueryConfig* configured = find_config(field.name);
      QueryModel& model = queries.emplace_back();
      model.query.name = field.name;
      model.query.is_list = field.type.nullable().is_list();
      const std::size_t problems_before = problems_.size();
      const FieldContext context{schema_, file_, entity_, problems_};
      derive_reserved(context, field, model.query);
      if (configured != nullptr) {
        from_template(model, field, *configured);
      } else {
        model.origin = "derived";
        derive_conditions(context, field, model.query);
      }
      model.query.is_by_id = is_by_id(model.query.filter);
      model.is_wrong = problems_.size() != problems_before;
    }
    for (const QueryModel& query : queries) check_where(query.query);
    for (const QueryConfig& query : config_.queries) check_configured(query);
    return queries;
  }

 private:
  const QueryConfig* find_config(std::string_view name) const {
    auto found = std::ranges::find(config_.queries, name, &QueryConfig::name);
    return found == config_.queries.end() ? nullptr : &*found;
  }

  void check_configured(const QueryConfig& query) {
    if (query.name.empty()) return;
    const graphql::Field* field = schema_.query()->field(query.name);
    if (field == nullptr) {
      problems_.push_back({query.place, fmt::format("The schema has no Query field \"{}\" for this query.", query.name),
                           did_you_mean(query.name, names_of(schema_.query()->fields))});
    } else if ((field->type.nullable().is_list() || gives_connection(*field)) != query.is_list) {
      problems_.push_back({query.place,
                           fmt::format("\"{}\" is among the {}, but the schema says that it gives {}.", query.name,
                                       query.is_list ? "vectors" : "singletons", field->type.to_string()),
                           fmt::format("Move it to the {}.", query.is_list ? "singletons" : "vectors")});
    }
  }

  void check_where(const federation::EntityQuery& query) {
    if (!query.takes_where || !has_sql(query.filter)) return;
    problems_.push_back({place_in(schema_, file_, schema_.query()->field(query.name)->begin),
                         fmt::format("The argument \"where\" of \"{}\" cannot be joined with a template in SQL.", query.name),
                         "Write the template as a filter in JSON."});
  }

  /// A template's names are arguments of the field; {{id}} may stand for another, which the config names, or for the only one.
  void from_template(QueryModel& model, const graphql::Field& field, const QueryConfig& configured) {
    model.origin = configured.query;
    if (configured.query.empty()) return;  // reported with the config
    const std::size_t first = configured.query.find_first_not_of(" \t\r\n");
    const bool is_json = first != std::string::npos && configured.query[first] == '{';
    auto filter = is_json ? document::parse_filter_template(configured.query, model.query.parameters, configured.place)
                          : document::parse_sql_template(configured.query, model.query.parameters, configured.place);
    if (!filter) {
      std::ranges::move(filter.error(), std::back_inserter(problems_));
      return;
    }
    model.query.filter = *std::move(filter);
    for (std::string& parameter : model.query.parameters) {
      std::string argument = argument_for(parameter, field, configured);
      if (argument.empty())
        problems_.push_back({configured.place,
                             fmt::format("The template uses {{{{{}}}}}, but \"{}\" has no such argument.", parameter, field.name),
                             did_you_mean(parameter, names_of(field.arguments))});
      parameter = argument;
    }
  }

  std::string argument_for(const std::string& parameter, const graphql::Field& field, const QueryConfig& configured) const {
    if (field.argument(parameter) != nullptr) return parameter;
    if (parameter != "id") return {};
    if (!configured.id.empty() && field.argument(configured.id) != nullptr) return configured.id;
    std::vector<std::string> own;
    for (const graphql::InputValue& argument : field.arguments)
      if (!is_reserved_argument(field, argument, entity_)) own.push_back(argument.name);
    return own.size() == 1 ? own.front() : std::string();
  }

  const graphql::Schema& schema_;
  const graphql::Type& entity_;
  const GraphletteConfig& config_;
  const std::string& file_;
  std::vector<Problem>& problems_;
};

}  // namespace

const graphql::Type* entity_type(const graphql::Schema& schema, const GraphletteConfig& config, const std::string& file,
                                 std::vector<Problem>& problems) {
  if (schema.query() == nullptr) {
    problems.push_back({{file}, "The schema has no Query type.", "Add type Query { getById(id: ID!): T }."});
    return nullptr;
  }
  const graphql::Type* entity = nullptr;
  for (const graphql::Field& field : schema.query()->fields) {
    const graphql::Type* type = &given_type(field);
    if (gives_connection(field)) check_connection(schema, *field.type.named, file, problems);
    const Place place = place_in(schema, file, field.begin);
    if (type->kind != graphql::TypeKind::object) {
      problems.push_back({place, fmt::format("\"{}\" gives {}, which is no object type.", field.name, field.type.to_string()),
                          "Every Query field gives the entity's type."});
    } else if (entity == nullptr) {
      entity = type;
    } else if (entity != type) {
      problems.push_back({place,
                          fmt::format("\"{}\" gives {}, but the entity at {} is {}.", field.name, type->name, config.path, entity->name),
                          "Give each entity a graphlette of its own."});
    }
  }
  return entity;
}

std::deque<QueryModel> derive_queries(const graphql::Schema& schema, const graphql::Type& entity, const GraphletteConfig& config,
                                      const std::string& file, std::vector<Problem>& problems) {
  return Deriver(schema, entity, config, file, problems).run();
}

}  // namespace millrace::app
