#include <fmt/format.h>

#include "graphql/type/check/schema_checks.hpp"

namespace millrace::graphql {
namespace {

void check_field(const SchemaContext& context, const Type& type, const Field& field) {
  const FieldDefinition* definition = context.definitions.field(type.name, field.name);
  if (definition == nullptr) return;
  std::string name = fmt::format("{}.{}", type.name, field.name);
  if (field.type.named->kind == TypeKind::input_object)
    context.report.report(definition->type.begin,
                          fmt::format("The type of {} must be Output Type but got: {}.", name, field.type.to_string()));
  for (std::size_t i = 0; i < field.arguments.size(); ++i) {
    std::string argument_name = fmt::format("{}({}:)", name, field.arguments[i].name);
    check_input_value(context, {field.arguments[i], &definition->arguments[i], argument_name, "argument"});
  }
}

}  // namespace

/// 3.6, 3.7: fields of objects and interfaces.
void check_fields(const SchemaContext& context) {
  for (const Type& type : context.schema.types()) {
    if (type.built_in || (type.kind != TypeKind::object && type.kind != TypeKind::interface)) continue;
    if (type.fields.empty()) context.report.report(type.begin, fmt::format("Type {} must define one or more fields.", type.name));
    for (const Field& field : type.fields) check_field(context, type, field);
  }
}

}  // namespace millrace::graphql
