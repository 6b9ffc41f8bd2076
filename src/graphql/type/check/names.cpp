#include <fmt/format.h>

#include "graphql/type/built_in.hpp"
#include "graphql/type/check/schema_checks.hpp"

namespace millrace::graphql {
namespace {

void check(const SchemaContext& context, const Name& name) {
  if (name.text.starts_with("__"))
    context.report.report(name.begin,
                          fmt::format("Name \"{}\" must not begin with \"__\", which is reserved by GraphQL introspection.", name.text));
}

void check(const SchemaContext& context, const NodeList<InputValueDefinition>& values) {
  for (const InputValueDefinition& value : values) check(context, value.name);
}

}  // namespace

/// 2.1.9 Reserved Names
void check_names(const SchemaContext& context) {
  for (const DirectiveDefinition& directive : context.document.directives) {
    if (directive.extension) continue;
    check(context, directive.name);
    check(context, directive.arguments);
  }
  for (const TypeDefinition& type : context.document.types) {
    if (is_specified_type(type.name.text)) continue;  // the built-in one stands, whatever is written here
    if (!type.extension) check(context, type.name);
    for (const FieldDefinition& field : type.fields) {
      check(context, field.name);
      check(context, field.arguments);
    }
    check(context, type.input_fields);
    for (const EnumValueDefinition& value : type.values) check(context, value.name);
  }
}

}  // namespace millrace::graphql
