#include <fmt/format.h>

#include <unordered_set>

#include "graphql/type/check/schema_checks.hpp"

namespace millrace::graphql {
namespace {

void check_union(const SchemaContext& context, const Type& type) {
  if (type.possible.empty())
    context.report.report(type.begin, fmt::format("Union type {} must define one or more member types.", type.name));
  std::unordered_set<std::string_view> seen;
  for (const TypeDefinition* part : context.definitions.type(type.name)->parts)
    for (const Name& member : part->members) {
      if (!seen.insert(member.text).second) {
        context.report.report(member.begin, fmt::format("Union type {} can only include type {} once.", type.name, member.text));
      } else if (context.schema.type(member.text)->kind != TypeKind::object) {
        context.report.report(member.begin,
                              fmt::format("Union type {} can only include Object types, it cannot include {}.", type.name, member.text));
      }
    }
}

}  // namespace

/// 3.8
void check_union_members(const SchemaContext& context) {
  for (const Type& type : context.schema.types())
    if (type.kind == TypeKind::union_) check_union(context, type);
}

}  // namespace millrace::graphql
