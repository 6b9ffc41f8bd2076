#include "app/member_types.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/connection_type.hpp"
#include "base/json/canonical.hpp"

namespace millrace::app {
namespace {

using document::Comparison;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

/// What values of a type are in JSON, as far as comparisons tell them apart.
enum class Group : std::uint8_t { any, text, number, boolean, object };

Group group_of(const graphql::Type& type) {
  if (type.kind == graphql::TypeKind::enumeration) return Group::text;
  if (type.kind != graphql::TypeKind::scalar) return Group::object;
  switch (type.scalar) {
    case graphql::ScalarKind::any: return Group::any;
    case graphql::ScalarKind::integer:
    case graphql::ScalarKind::floating: return Group::number;
    case graphql::ScalarKind::boolean: return Group::boolean;
    case graphql::ScalarKind::string:
    case graphql::ScalarKind::id:
    case graphql::ScalarKind::date_time:
    case graphql::ScalarKind::date: return Group::text;
  }
  return Group::any;
}

bool is_set(Comparison comparison) {
  return comparison == Comparison::in || comparison == Comparison::not_in;
}

bool is_equality(Comparison comparison) {
  return is_set(comparison) || comparison == Comparison::equal || comparison == Comparison::not_equal;
}

bool meet(const graphql::Type& a, const graphql::Type& b) {
  if (group_of(a) == Group::any || group_of(b) == Group::any) return true;
  const bool are_enums = a.kind == graphql::TypeKind::enumeration && b.kind == graphql::TypeKind::enumeration;
  return group_of(a) == group_of(b) && (!are_enums || &a == &b || a.name == b.name);
}

}  // namespace

std::string snake_case(std::string_view name) {
  std::string snake;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool starts_word = is_upper(name[i]) && i > 0 && (!is_upper(name[i - 1]) || (i + 1 < name.size() && !is_upper(name[i + 1])));
    if (starts_word && snake.back() != '_') snake += '_';
    snake += is_upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  return snake;
}

std::string plural(std::string_view name) {
  if (name.ends_with('y') && name.size() > 1 && std::string_view("aeiou").find(name[name.size() - 2]) == std::string_view::npos)
    return std::string(name.substr(0, name.size() - 1)) + "ies";
  return std::string(name) + (name.ends_with('s') || name.ends_with('x') || name.ends_with("ch") ? "es" : "s");
}

bool is_member(const graphql::Type& entity, std::string_view name) {
  if (name == "id" || entity.field(name) != nullptr) return true;
  return std::ranges::any_of(entity.fields, [&](const graphql::Field& field) {
    return field.type.named->is_composite() && snake_case(field.name) + "_id" == name;
  });
}

std::vector<std::string> ordered_members(const graphql::Type& entity) {
  std::vector<std::string> members = {"id"};
  const auto add = [&](std::string name) {
    if (std::ranges::find(members, name) == members.end()) members.push_back(std::move(name));
  };
  const auto is_many = [](const graphql::Field& field) {
    return field.type.named->is_composite() && (field.type.nullable().is_list() || gives_connection(field));
  };
  for (const graphql::Field& field : entity.fields)
    if (!is_many(field)) add(field.name);
  for (const graphql::Field& field : entity.fields)
    if (field.type.named->is_composite() && !is_many(field)) add(snake_case(field.name) + "_id");
  return members;
}

document::FieldPath member_path(std::string_view member) {
  if (member == "id") return document::FieldPath::parse("id");
  return {document::FieldPath::Root::payload, {json::quoted(member)}};
}

std::string misfit(const graphql::TypeRef& argument, const graphql::Type& entity, std::string_view member, Comparison comparison) {
  const graphql::Type& given = *argument.named;
  const graphql::Field* field = entity.field(member);
  if (given.kind == graphql::TypeKind::input_object) return "a filter takes scalars, and this is an input object";
  if (!is_equality(comparison) && group_of(given) == Group::boolean) return "booleans have no order";
  if (comparison == Comparison::prefix && group_of(given) == Group::number) return "a prefix is a string";
  if (field == nullptr) return {};
  if (argument.nullable().is_list() && !is_set(comparison) && !field->type.nullable().is_list())
    return fmt::format("it is a list, and \"{}\" is none", member);
  if (meet(given, *field->type.named)) return {};
  return fmt::format("\"{}\" is {}, which it never equals", member, field->type.to_string());
}

std::string misfit_stored(const graphql::TypeRef& input, const graphql::Type& entity, std::string_view member) {
  const graphql::Field* field = entity.field(member);
  if (field == nullptr || group_of(*input.named) == Group::any || group_of(*field->type.named) == Group::any) return {};
  if (input.nullable().is_list() == field->type.nullable().is_list() && meet(*input.named, *field->type.named)) return {};
  return fmt::format("\"{}\" is {}", member, field->type.to_string());
}

}  // namespace millrace::app
