#include <fmt/format.h>

#include "graphql/type/check/schema_checks.hpp"

namespace millrace::graphql {
namespace {

/// 3.10.1 OneOf Input Objects
void check_one_of_field(const SchemaContext& context, const InputSite& site) {
  if (site.value.type.is_non_null())
    context.report.report(site.definition->type.begin, fmt::format("OneOf input field {} must be nullable.", site.name));
  if (site.definition->default_value)
    context.report.report(site.definition->begin, fmt::format("OneOf input field {} cannot have a default value.", site.name));
}

}  // namespace

/// 3.10
void check_input_fields(const SchemaContext& context) {
  for (const Type& type : context.schema.types()) {
    if (type.kind != TypeKind::input_object) continue;
    if (type.input_fields.empty())
      context.report.report(type.begin, fmt::format("Input Object type {} must define one or more fields.", type.name));
    for (const InputValue& field : type.input_fields) {
      std::string name = fmt::format("{}.{}", type.name, field.name);
      InputSite site{field, context.definitions.input_field(type.name, field.name), name, "input field"};
      check_input_value(context, site);
      if (type.one_of) check_one_of_field(context, site);
    }
  }
}

}  // namespace millrace::graphql
