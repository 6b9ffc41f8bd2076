#include "graphql/execution/cost.hpp"

#include <algorithm>
#include <charconv>

#include "base/json/slices.hpp"

namespace millrace::graphql {
namespace {

constexpr double kCostMax = 1e18;  // where counting ends

/// A number of rows, or a list with a member for each.
constexpr std::string_view kRowArguments[] = {"limit", "first", "last", "representations"};

constexpr double kConnectionRows = 100;  // a page of which nothing says how long it is

/// By its shape, as the Cursor Connections specification has it; the name is anybody's.
bool is_connection(const Type& type) {
  return type.kind == TypeKind::object && type.field("pageInfo") != nullptr && type.field("edges") != nullptr;
}

/// Nothing for null and for what is no number from 0: whoever reads the argument says so.
std::optional<double> number_of(std::string_view json) {
  double number = 0;
  if (json.starts_with('[')) {
    json::Elements elements(json);
    for (std::string_view element; elements.next(element);) ++number;
    return number;
  }
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), number);
  if (error != std::errc() || end != json.data() + json.size() || !(number >= 0)) return std::nullopt;
  return number;
}

/// What a variable says that an argument consists of.
std::optional<double> number_of(const PlannedArgument& argument, const Variables& variables) {
  if (argument.node->kind == ValueKind::list) return static_cast<double>(argument.node->items.size());
  if (argument.node->kind != ValueKind::variable) return std::nullopt;
  const auto found = variables.find(argument.node->text);
  return number_of(found != variables.end() ? std::string_view(found->second) : std::string_view(argument.definition->default_json));
}

double rows_of(const PlannedField& field, const Variables& variables) {
  if (field.rows_argument == nullptr) return field.rows;
  return number_of(*field.rows_argument, variables).value_or(field.rows);
}

/// The costs of all selections, those below before those above.
template <class Rows>
double sum(const Plan& plan, Rows rows) {
  std::vector<double> costs(plan.finished.size());
  for (const PlannedSelection* selection : plan.finished) {
    double cost = 0;
    for (const PlannedField& field : selection->fields) {
      double below = 0;
      for (const PlannedSelection* inner : field.selections) below = std::max(below, costs[inner->number]);
      cost += 1 + (below > 0 ? rows(field) * below : 0);
    }
    costs[selection->number] = std::min(cost, kCostMax);
  }
  return costs[plan.root->number];
}

}  // namespace

void estimate_rows(PlannedField& field, double list_rows) {
  const auto& wrappers = field.field->type.wrappers;
  const auto lists = std::ranges::count(wrappers, TypeRef::Wrapper::list);
  const bool counts = is_connection(*field.field->type.named) || (lists > 0 && !is_connection(*field.parent));
  if (!counts) return;
  field.rows = lists > 0 ? list_rows : kConnectionRows;
  std::optional<double> constant;
  for (const PlannedArgument& argument : field.arguments) {
    if (std::ranges::find(kRowArguments, argument.definition->name) == std::end(kRowArguments)) continue;
    if (!argument.constant) {
      field.rows_argument = &argument;
    } else if (const auto number = number_of(*argument.constant)) {
      constant = std::min(*number, constant.value_or(*number));
    }
  }
  if (constant) field.rows = *constant;
  if (constant) field.rows_argument = nullptr;
  for (auto i = 1; i < lists; ++i) field.rows *= list_rows;
}

std::optional<double> constant_cost(const Plan& plan) {
  for (const PlannedSelection* selection : plan.finished)
    for (const PlannedField& field : selection->fields)
      if (field.rows_argument != nullptr) return std::nullopt;
  return sum(plan, [](const PlannedField& field) { return field.rows; });
}

double cost_of(const Plan& plan, const Variables& variables) {
  if (plan.cost) return *plan.cost;
  return sum(plan, [&](const PlannedField& field) { return rows_of(field, variables); });
}

}  // namespace millrace::graphql
