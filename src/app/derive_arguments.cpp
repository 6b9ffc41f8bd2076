#include "app/derive_arguments.hpp"

#include <algorithm>
#include <array>

#include "app/connection_type.hpp"
#include "app/derive_order.hpp"
#include "app/member_types.hpp"
#include "base/json/canonical.hpp"
#include "document/comparison_suffix.hpp"
#include "graphql/language/source.hpp"

namespace millrace::app {
namespace {

using document::Comparison;
using document::FieldPath;
using document::Filter;
using document::Operand;

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

constexpr std::array<std::string_view, 2> kListPage{"limit", "offset"};
constexpr std::array<std::string_view, 4> kConnectionPage{"first", "after", "last", "before"};

/// getByCoop(id) follows payload.coop_id; getById(id), and id on any other name, is the document's own.
std::string id_member(const graphql::Field& field) {
  const std::string_view name = field.name;
  const bool is_upper = name.size() > 5 && name[5] >= 'A' && name[5] <= 'Z';
  return name.starts_with("getBy") && name != "getById" && is_upper ? snake_case(name.substr(5)) + "_id" : "id";
}

class ConditionDeriver {
 public:
  ConditionDeriver(const FieldContext& context, const graphql::Field& field) : context_(context), field_(field) {}

  std::optional<Filter> derive(const graphql::InputValue& argument, std::uint32_t number) {
    const std::string_view name = argument.name;
    if (name == "id") return compare(argument, id_member(field_), Comparison::equal, number);
    if (is_member(context_.entity, name)) return compare(argument, name, Comparison::equal, number);
    const auto [base, comparison] = document::split_suffix(name);
    if (comparison != Comparison::equal && is_member(context_.entity, base)) return compare(argument, base, comparison, number);
    context_.problems.push_back(
        {context_.place(argument.begin),
         fmt::format("The argument \"{}\" of \"{}\" fits no field of \"{}\".", name, field_.name, context_.entity.name),
         context_.near_member(name, page_hint(name))});
    return std::nullopt;
  }

 private:
  std::optional<Filter> compare(const graphql::InputValue& argument, std::string_view member, Comparison comparison, std::uint32_t number) {
    const std::string wrong = misfit(argument.type, context_.entity, member, comparison);
    if (wrong.empty()) return Filter::compare(member_path(member), comparison, Operand::argument(number));
    context_.problems.push_back({context_.place(argument.begin),
                                 fmt::format("The argument \"{}: {}\" of \"{}\" can find nothing: {}.", argument.name,
                                             argument.type.to_string(), field_.name, wrong),
                                 "Give it the type of the field that it compares."});
    return std::nullopt;
  }

  static std::string_view page_hint(std::string_view name) {
    if (is_one_of(name, kConnectionPage)) return "Connections are paged so; a list has limit and offset.";
    if (is_one_of(name, kListPage)) return "A connection is paged by first, after, last and before.";
    return "Name it after a field, or give the query a template in rootConfig.";
  }

  const FieldContext& context_;
  const graphql::Field& field_;
};

bool is_whole_number(const graphql::TypeRef& type) {
  return type.nullable().is_named() && type.named->kind == graphql::TypeKind::scalar &&
         (type.named->scalar == graphql::ScalarKind::integer || type.named->scalar == graphql::ScalarKind::any);
}

bool is_any_scalar(const graphql::TypeRef& type) {
  return type.nullable().is_named() && type.named->kind == graphql::TypeKind::scalar && type.named->scalar == graphql::ScalarKind::any;
}

void check_page_type(const FieldContext& context, const graphql::Field& field, const graphql::InputValue& argument) {
  const bool is_cursor = argument.name == "after" || argument.name == "before";
  const bool is_text = argument.type.nullable().is_named() &&
                       (argument.type.named->scalar == graphql::ScalarKind::string ||
                        argument.type.named->scalar == graphql::ScalarKind::id || argument.type.named->scalar == graphql::ScalarKind::any);
  if (argument.type.named->kind == graphql::TypeKind::scalar && (is_cursor ? is_text : is_whole_number(argument.type))) return;
  context.problems.push_back({context.place(argument.begin),
                              fmt::format("The argument \"{}\" of \"{}\" is {}.", argument.name, field.name, argument.type.to_string()),
                              fmt::format("Declare it as {}.", is_cursor ? "String" : "Int")});
}

void check_at_type(const FieldContext& context, const graphql::Field& field, const graphql::InputValue& argument) {
  const graphql::Type& type = *argument.type.named;
  const bool is_scalar = argument.type.nullable().is_named() && type.kind == graphql::TypeKind::scalar;
  // A 32-bit number of milliseconds is over after 24 days.
  if (is_scalar && type.scalar != graphql::ScalarKind::boolean && type.scalar != graphql::ScalarKind::integer) return;
  context.problems.push_back(
      {context.place(argument.begin),
       fmt::format("The argument \"at\" of \"{}\" is {}, which is no instant.", field.name, argument.type.to_string()),
       "Declare it as Float (milliseconds since 1970), DateTime, or String, which takes either."});
}

/// One field gives one list.
void check_lists(const FieldContext& context, const graphql::Field& field) {
  const graphql::TypeRef type = field.type.nullable();
  if (!type.is_list() || !type.inner().nullable().is_list()) return;
  context.problems.push_back({context.place(field.begin),
                              fmt::format("\"{}\" gives {}, a list of lists, which no documents are.", field.name, field.type.to_string()),
                              fmt::format("Let it give [{}!]!.", field.type.named->name)});
}

void check_where_type(const FieldContext& context, const graphql::Field& field, const graphql::InputValue& argument) {
  if (is_any_scalar(argument.type)) return;
  context.problems.push_back(
      {context.place(argument.begin),
       fmt::format("The argument \"where\" of \"{}\" is {}, which no filter is derived from.", field.name, argument.type.to_string()),
       "Declare it as JSON: where: {name: \"x\", eggs: {_gte: 1}}, or use arguments such as eggs_gte."});
}

}  // namespace

Place FieldContext::place(std::uint32_t offset) const {
  const auto location = graphql::location_at(schema.source(), offset);
  return {file, location.line, location.column};
}

std::string FieldContext::near_member(std::string_view name, std::string_view otherwise) const {
  const std::vector<std::string> members = ordered_members(entity);
  const std::string_view near = nearest(name, members);
  return near.empty() ? std::string(otherwise) : fmt::format("Did you mean \"{}\"?", near);
}

bool is_reserved_argument(const graphql::Field& field, const graphql::InputValue& argument, const graphql::Type& entity) {
  const std::string_view name = argument.name;
  if (name == "at" || name == "orderBy") return true;
  if (name == "where") return !is_member(entity, name);
  return gives_connection(field) ? is_one_of(name, kConnectionPage) : is_one_of(name, kListPage);
}

void derive_reserved(const FieldContext& context, const graphql::Field& field, federation::EntityQuery& query) {
  query.is_connection = gives_connection(field);
  check_lists(context, field);
  for (const graphql::InputValue& argument : field.arguments) {
    if (!is_reserved_argument(field, argument, context.entity)) continue;
    if (argument.name == "orderBy") {
      query.ordering = derive_order(context, field, argument);
    } else if (argument.name == "where") {
      check_where_type(context, field, argument);
      query.takes_where = true;
    } else if (argument.name == "at") {
      check_at_type(context, field, argument);
    } else {
      check_page_type(context, field, argument);
    }
  }
}

void derive_conditions(const FieldContext& context, const graphql::Field& field, federation::EntityQuery& query) {
  std::vector<Filter> conditions;
  if (query.filter.kind != Filter::Kind::all || !query.filter.children.empty()) conditions.push_back(std::move(query.filter));
  for (const graphql::InputValue& argument : field.arguments) {
    if (is_reserved_argument(field, argument, context.entity)) continue;
    if (std::ranges::find(query.parameters, argument.name) != query.parameters.end()) continue;
    auto condition = ConditionDeriver(context, field).derive(argument, static_cast<std::uint32_t>(query.parameters.size()));
    if (!condition) continue;
    conditions.push_back(*std::move(condition));
    query.parameters.push_back(argument.name);
  }
  query.filter = Filter::all_of(std::move(conditions));
}

}  // namespace millrace::app
