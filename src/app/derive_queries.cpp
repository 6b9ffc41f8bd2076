#include "app/derive_queries.hpp"

#include <algorithm>
#include <array>

#include "base/json/canonical.hpp"
#include "document/comparison_suffix.hpp"
#include "document/filter_parser.hpp"
#include "document/sql_template.hpp"
#include "graphql/language/source.hpp"

namespace millrace::app {
namespace {

using document::Comparison;
using document::FieldPath;
using document::Filter;
using document::Operand;

Place place_in(const graphql::Schema& schema, const std::string& file, std::uint32_t offset) {
  auto location = graphql::location_at(schema.source(), offset);
  return {file, location.line, location.column};
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

FieldPath payload_path(std::string_view field) {
  if (field == "id") return FieldPath::parse("id");
  return {FieldPath::Root::payload, {json::quoted(field)}};
}

/// Whether documents of the entity may have the member: a field of the type, or the key of one of its relations.
bool is_member(const graphql::Type& entity, std::string_view name) {
  if (entity.field(name) != nullptr) return true;
  return std::ranges::any_of(entity.fields, [&](const graphql::Field& field) {
    return field.type.named->is_composite() && snake_case(field.name) + "_id" == name;
  });
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
      if (configured != nullptr) {
        from_template(model, field, *configured);
      } else {
        derive(model, field);
      }
      model.query.is_by_id = is_by_id(model.query.filter);
      model.is_wrong = problems_.size() != problems_before;
    }
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
    } else if (field->type.nullable().is_list() != query.is_list) {
      problems_.push_back({query.place,
                           fmt::format("\"{}\" is among the {}, but the schema says that it gives {}.", query.name,
                                       query.is_list ? "vectors" : "singletons", field->type.to_string()),
                           fmt::format("Move it to the {}.", query.is_list ? "singletons" : "vectors")});
    }
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

  static std::string argument_for(const std::string& parameter, const graphql::Field& field, const QueryConfig& configured) {
    if (field.argument(parameter) != nullptr) return parameter;
    if (parameter != "id") return {};
    if (!configured.id.empty() && field.argument(configured.id) != nullptr) return configured.id;
    std::vector<std::string> own;
    for (const graphql::InputValue& argument : field.arguments)
      if (!is_reserved_argument(argument.name)) own.push_back(argument.name);
    return own.size() == 1 ? own.front() : std::string();
  }

  void derive(QueryModel& model, const graphql::Field& field) {
    model.origin = "derived";
    std::vector<Filter> conditions;
    for (const graphql::InputValue& argument : field.arguments) {
      if (is_reserved_argument(argument.name)) continue;
      auto condition = derive_condition(field, argument, static_cast<std::uint32_t>(model.query.parameters.size()));
      if (!condition) continue;
      conditions.push_back(*std::move(condition));
      model.query.parameters.push_back(argument.name);
    }
    model.query.filter = conditions.size() == 1 ? std::move(conditions.front()) : Filter::all_of(std::move(conditions));
  }

  std::optional<Filter> derive_condition(const graphql::Field& field, const graphql::InputValue& argument, std::uint32_t number) {
    Operand operand = Operand::argument(number);
    if (argument.name == "id") return Filter::compare(id_path(field), Comparison::equal, operand);
    if (is_member(entity_, argument.name)) return Filter::compare(payload_path(argument.name), Comparison::equal, operand);
    auto [base, comparison] = document::split_suffix(argument.name);
    if (comparison != Comparison::equal && is_member(entity_, base)) return Filter::compare(payload_path(base), comparison, operand);
    std::string hint = did_you_mean(argument.name, names_of(entity_.fields));
    if (hint.empty()) hint = "Name it after a field, or give the query a template in rootConfig.";
    problems_.push_back({place_in(schema_, file_, argument.begin),
                         fmt::format("The argument \"{}\" of \"{}\" fits no field of \"{}\".", argument.name, field.name, entity_.name),
                         std::move(hint)});
    return std::nullopt;
  }

  /// getByCoop(id) follows payload.coop_id; getById(id), and id on any other name, is the document's own.
  static FieldPath id_path(const graphql::Field& field) {
    std::string_view name = field.name;
    if (!name.starts_with("getBy") || name == "getById" || name.size() == 5 || !is_upper(name[5])) return FieldPath::parse("id");
    return payload_path(snake_case(name.substr(5)) + "_id");
  }

  const graphql::Schema& schema_;
  const graphql::Type& entity_;
  const GraphletteConfig& config_;
  const std::string& file_;
  std::vector<Problem>& problems_;
};

}  // namespace

bool is_reserved_argument(std::string_view name) {
  static constexpr std::array<std::string_view, 3> kReserved{"at", "limit", "offset"};
  return std::ranges::find(kReserved, name) != kReserved.end();
}

std::string snake_case(std::string_view name) {
  std::string snake;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool starts_word = is_upper(name[i]) && i > 0 && (!is_upper(name[i - 1]) || (i + 1 < name.size() && !is_upper(name[i + 1])));
    if (starts_word && snake.back() != '_') snake += '_';
    snake += is_upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  return snake;
}

const graphql::Type* entity_type(const graphql::Schema& schema, const GraphletteConfig& config, const std::string& file,
                                 std::vector<Problem>& problems) {
  if (schema.query() == nullptr) {
    problems.push_back({{file}, "The schema has no Query type.", "Add type Query { getById(id: ID!): T }."});
    return nullptr;
  }
  for (const graphql::Type* root : {schema.mutation(), schema.subscription()})
    if (root != nullptr)
      problems.push_back({place_in(schema, file, root->begin),
                          fmt::format("The type \"{}\" is declared, but only queries are served.", root->name),
                          "Take it out; documents are written over REST."});
  const graphql::Type* entity = nullptr;
  for (const graphql::Field& field : schema.query()->fields) {
    const graphql::Type* type = field.type.named;
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
