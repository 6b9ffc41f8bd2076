#include "app/connection_type.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graphql/language/source.hpp"

namespace millrace::app {
namespace {

/// The fields of a type that are none of these.
void check_fields(const graphql::Schema& schema, const graphql::Type& type, const std::vector<std::string>& known, const std::string& file,
                  std::vector<Problem>& problems) {
  for (const graphql::Field& field : type.fields) {
    if (std::ranges::find(known, field.name) != known.end()) continue;
    const auto place = graphql::location_at(schema.source(), field.begin);
    problems.push_back({{file, place.line, place.column},
                        fmt::format("\"{}.{}\" is no field of a connection.", type.name, field.name),
                        fmt::format("\"{}\" has {}.", type.name, fmt::join(known, ", "))});
  }
}

}  // namespace

const graphql::Type* node_type(const graphql::Type& type) {
  if (type.kind != graphql::TypeKind::object || type.field("pageInfo") == nullptr) return nullptr;
  const graphql::Field* edges = type.field("edges");
  if (edges == nullptr || !edges->type.nullable().is_list()) return nullptr;
  const graphql::Field* node = edges->type.named->field("node");
  return node == nullptr || !node->type.named->is_composite() ? nullptr : node->type.named;
}

const graphql::Type& given_type(const graphql::Field& field) {
  const graphql::Type* node = gives_connection(field) ? node_type(*field.type.named) : nullptr;
  return node != nullptr ? *node : *field.type.named;
}

bool gives_connection(const graphql::Field& field) {
  return !field.type.nullable().is_list() && node_type(*field.type.named) != nullptr;
}

void check_connection(const graphql::Schema& schema, const graphql::Type& connection, const std::string& file,
                      std::vector<Problem>& problems) {
  check_fields(schema, connection, {"edges", "nodes", "pageInfo", "totalCount"}, file, problems);
  check_fields(schema, *connection.field("edges")->type.named, {"node", "cursor"}, file, problems);
  check_fields(schema, *connection.field("pageInfo")->type.named, {"hasNextPage", "hasPreviousPage", "startCursor", "endCursor"}, file,
               problems);
}

}  // namespace millrace::app
