#include "graph/example_queries.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"

namespace millrace::graph {
namespace {

using graphql::Field;
using graphql::InputValue;
using graphql::ScalarKind;
using graphql::Type;
using graphql::TypeKind;

constexpr int kNestingMax = 4;  // of what has no leaves of its own: connection, edges, node

bool needs_arguments(const Field& field) {
  return std::ranges::any_of(field.arguments, &InputValue::is_required);
}

auto required_count(const Field& field) {
  return std::ranges::count_if(field.arguments, &InputValue::is_required);
}

std::string indented(int depth) {
  return std::string(static_cast<std::size_t>(depth) * 2, ' ');
}

/// The fields of a type that are leaves; of a connection, an edge, and a type that has none, what its other fields hold as well. Empty:
/// nothing can be selected within kNestingMax.
std::string selection(const Type& type, int depth, int nesting = 0) {
  std::string lines;
  for (const Field& field : type.fields)
    if (field.type.named->is_leaf() && !needs_arguments(field)) lines += indented(depth) + field.name + '\n';
  const bool is_wrapping = type.field("edges") || (type.field("node") && type.field("cursor"));
  if ((!lines.empty() && !is_wrapping) || nesting >= kNestingMax) return lines;
  for (const Field& field : type.fields) {
    const bool is_repeated = field.name == "nodes" && type.field("edges");  // the same once more
    if (field.type.named->is_leaf() || needs_arguments(field) || is_repeated) continue;
    const std::string inner = selection(*field.type.named, depth + 1, nesting + 1);
    if (!inner.empty()) lines += indented(depth) + field.name + " {\n" + inner + indented(depth) + "}\n";
  }
  return lines.empty() ? indented(depth) + "__typename\n" : lines;
}

/// The type of what a list or connection holds, else the type itself.
const Type& element_type(const Type& type) {
  const Field* edges = type.field("edges");
  const Field* node = edges ? edges->type.named->field("node") : nullptr;
  return node ? *node->type.named : type;
}

bool is_many(const Field& field) {
  return field.type.nullable().is_list() || field.type.named->field("edges") != nullptr;
}

/// Whether the value of another document's member may stand for a variable of that type.
bool fits(json::Value value, const Type& type) {
  if (type.kind == TypeKind::enumeration) return value.is(json::Kind::string) && type.has_value(value.string());
  switch (type.scalar) {
    case ScalarKind::integer: return value.is(json::Kind::number) && value.node().integral;
    case ScalarKind::floating: return value.is(json::Kind::number);
    case ScalarKind::boolean: return value.is(json::Kind::boolean);
    default: return value.is(json::Kind::string);
  }
}

std::string placeholder(const Type& type) {
  if (type.kind == TypeKind::enumeration) return json::quoted(type.values.front().name);
  switch (type.scalar) {
    case ScalarKind::integer:
    case ScalarKind::floating: return "1";
    case ScalarKind::boolean: return "true";
    case ScalarKind::date_time: return "\"2024-01-01T12:00:00Z\"";
    case ScalarKind::date: return "\"2024-01-01\"";
    default: return "\"example\"";
  }
}

/// The member that an argument is compared with: its own name, but for `getByFarm(id: …)`, which means farm_id (specification, section 2).
std::string member_of(const Field& field, const InputValue& argument) {
  constexpr std::string_view kBy = "getBy";
  if (argument.name != "id" || !is_many(field) || !field.name.starts_with(kBy)) return argument.name;
  std::string member;
  for (const char c : field.name.substr(kBy.size())) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper && !member.empty()) member += '_';
    member += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return member + "_id";
}

std::string variable_value(const InputValue& argument, std::string_view name, const json::Value& document) {
  const Type& type = *argument.type.named;
  auto member = document.find(name);
  const std::string value = member && fits(*member, type) ? std::string(member->text()) : placeholder(type);
  return argument.type.nullable().is_list() ? "[" + value + "]" : value;
}

/// Whether a call of the field can be written: an input object would have to be made up.
bool is_askable(const Field& field) {
  return std::ranges::none_of(field.arguments,
                              [](const InputValue& argument) { return argument.is_required() && !argument.type.named->is_leaf(); });
}

/// Whether the example gives the argument: what must be given, and what a query by a field is asked for.
bool is_given(const Field& field, const InputValue& argument) {
  if (argument.is_required()) return true;
  return argument.name == "id" && !is_many(field);
}

std::string arguments_text(const Field& field, bool declares) {
  std::string text;
  const auto add = [&](std::string piece) { text += (text.empty() ? "" : ", ") + std::move(piece); };
  for (const InputValue& argument : field.arguments) {
    if (is_given(field, argument)) {
      add(declares ? fmt::format("${}: {}", argument.name, argument.type.to_string()) : fmt::format("{0}: ${0}", argument.name));
    } else if (!declares && is_many(field) && (argument.name == "limit" || argument.name == "first")) {
      add(argument.name + ": 10");
    }
  }
  return text.empty() ? text : "(" + text + ")";
}

/// A query for a field, and for a relation of what it gives.
ExampleQuery make_query(const Field& field, std::string name, std::string_view selected, const json::Value& document) {
  ExampleQuery example;
  example.query = fmt::format("query {}{} {{\n  {}{} {{\n{}  }}\n}}\n", name, arguments_text(field, true), field.name,
                              arguments_text(field, false), selected);
  for (const InputValue& argument : field.arguments) {
    if (!is_given(field, argument)) continue;
    const std::string member = member_of(field, argument);
    example.variables.push_back({argument.name, member, variable_value(argument, member, document)});
  }
  return example;
}

/// The leaves of what a field gives, and of its first relation, which no document holds; empty when there is none, and for connections.
std::string selection_with_relation(const Field& field, const json::Value& document) {
  const Type& element = element_type(*field.type.named);
  const auto relation = std::ranges::find_if(element.fields, [&](const Field& one) {
    return one.type.named->is_composite() && !needs_arguments(one) && !(document.is(json::Kind::object) && document.find(one.name));
  });
  if (relation == element.fields.end() || &element != field.type.named) return {};
  return selection(element, 2) + fmt::format("    {} {{\n{}    }}\n", relation->name, selection(*relation->type.named, 3));
}

}  // namespace

std::vector<ExampleQuery> example_queries(const graphql::Schema& schema, std::string_view document) {
  auto parsed = json::parse(document);
  if (!parsed) parsed = json::parse("{}");
  const json::Value example = parsed->root();
  const Field* many = nullptr;
  const Field* one = nullptr;
  const Field* first = nullptr;
  for (const Field& field : schema.query()->fields) {
    if (!is_askable(field) || !field.type.named->is_composite()) continue;
    if (!first) first = &field;
    if (is_many(field) && (!many || required_count(field) < required_count(*many))) many = &field;
    if (!one && !is_many(field) && field.argument("id")) one = &field;
  }
  if (!many) many = one ? nullptr : first;
  std::vector<ExampleQuery> examples;
  if (many) examples.push_back(make_query(*many, "List", selection(*many->type.named, 2), example));
  if (one) examples.push_back(make_query(*one, "ById", selection(*one->type.named, 2), example));
  for (const Field* start : {many, one}) {
    const std::string selected = start ? selection_with_relation(*start, example) : "";
    if (selected.empty()) continue;
    examples.push_back(make_query(*start, "WithRelation", selected, example));
    break;
  }
  return examples;
}

std::string ExampleQuery::variables_text() const {
  std::string text;
  for (const ExampleVariable& variable : variables)
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", json::quoted(variable.name), variable.value);
  return "{" + text + "}";
}

}  // namespace millrace::graph
