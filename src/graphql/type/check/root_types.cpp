#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "graphql/type/check/schema_checks.hpp"

namespace millrace::graphql {
namespace {

struct Root {
  OperationType operation;
  std::string_view name;
  std::string_view title;
};

constexpr auto kRoots = std::to_array<Root>({{OperationType::query, "query", "Query"},
                                             {OperationType::mutation, "mutation", "Mutation"},
                                             {OperationType::subscription, "subscription", "Subscription"}});

/// Where the schema definition names the root, or else where its type is defined.
std::uint32_t place_of(const SchemaContext& context, OperationType operation) {
  for (const SchemaDefinition& schema : context.document.schemas)
    for (const RootOperationType& root : schema.operation_types)
      if (root.operation == operation) return root.type.begin;
  return context.schema.root(operation)->begin;
}

void check_query_is_there(const SchemaContext& context) {
  if (context.schema.query() != nullptr) return;
  constexpr auto kMessage = "Query root type must be provided.";
  auto definition = std::ranges::find(context.document.schemas, false, &SchemaDefinition::extension);
  if (definition == context.document.schemas.end()) return context.report.report_whole(kMessage, "define type Query");
  context.report.report(definition->begin, kMessage);
}

/// `query`, `query and mutation`, `query, mutation, and subscription`.
std::string and_list(const std::vector<std::string_view>& names) {
  if (names.size() == 2) return fmt::format("{} and {}", names[0], names[1]);
  return fmt::format("{}, {}, and {}", names[0], names[1], names[2]);
}

void check_distinct(const SchemaContext& context) {
  for (std::size_t i = 0; i < kRoots.size(); ++i) {
    const Type* type = context.schema.root(kRoots[i].operation);
    if (type == nullptr || type->kind != TypeKind::object) continue;
    bool is_first = std::none_of(kRoots.begin(), kRoots.begin() + static_cast<std::ptrdiff_t>(i),
                                 [&](const Root& before) { return context.schema.root(before.operation) == type; });
    std::vector<std::string_view> uses;
    for (const Root& root : kRoots)
      if (context.schema.root(root.operation) == type) uses.push_back(root.name);
    if (is_first && uses.size() > 1)
      context.report.report(
          place_of(context, kRoots[i].operation),
          fmt::format("All root types must be different, \"{}\" type is used as {} root types.", type->name, and_list(uses)));
  }
}

}  // namespace

/// 3.3.1 Root Operation Types
void check_root_types(const SchemaContext& context) {
  check_query_is_there(context);
  for (const Root& root : kRoots) {
    const Type* type = context.schema.root(root.operation);
    if (type == nullptr || type->kind == TypeKind::object) continue;
    std::string_view condition = root.operation == OperationType::query ? "" : " if provided";
    context.report.report(place_of(context, root.operation),
                          fmt::format("{} root type must be Object type{}, it cannot be {}.", root.title, condition, type->name));
  }
  check_distinct(context);
}

}  // namespace millrace::graphql
