#include "graphql/type/sdl/sdl_parts.hpp"

#include <fmt/format.h>

#include "graphql/language/type_kind.hpp"
#include "graphql/language/type_name.hpp"

namespace millrace::graphql {
namespace {

class Walk {
 public:
  void visit(const SchemaDefinition& schema) {
    visit(schema.directives, "SCHEMA", "schema");
    for (const RootOperationType& root : schema.operation_types) parts_.type_names.push_back(&root.type);
  }

  void visit(const TypeDefinition& type) {
    visit(type.directives, kind_name(type.kind), std::string(type.name.text));
    for (const Name& name : type.interfaces) parts_.type_names.push_back(&name);
    for (const Name& name : type.members) parts_.type_names.push_back(&name);
    for (const FieldDefinition& field : type.fields) visit(field);
    for (const InputValueDefinition& field : type.input_fields) visit(field, "INPUT_FIELD_DEFINITION");
    for (const EnumValueDefinition& value : type.values) visit(value.directives, "ENUM_VALUE", {});
  }

  void visit(const DirectiveDefinition& directive) {
    visit(directive.directives, "DIRECTIVE_DEFINITION", fmt::format("@{}", directive.name.text));
    for (const InputValueDefinition& argument : directive.arguments) visit(argument, "ARGUMENT_DEFINITION");
  }

  SdlParts take() { return std::move(parts_); }

 private:
  void visit(const FieldDefinition& field) {
    visit(field.directives, "FIELD_DEFINITION", {});
    parts_.type_names.push_back(&named_type(field.type));
    for (const InputValueDefinition& argument : field.arguments) visit(argument, "ARGUMENT_DEFINITION");
  }

  void visit(const InputValueDefinition& value, std::string_view location) {
    visit(value.directives, location, {});
    parts_.type_names.push_back(&named_type(value.type));
    if (value.default_value) parts_.values.push_back(&*value.default_value);
  }

  void visit(const NodeList<Directive>& directives, std::string_view location, std::string owner) {
    if (directives.empty()) return;
    parts_.sites.push_back({location, std::move(owner), &directives});
    for (const Directive& directive : directives)
      for (const Argument& argument : directive.arguments) parts_.values.push_back(&argument.value);
  }

  SdlParts parts_;
};

}  // namespace

SdlParts sdl_parts(const Document& document) {
  Walk walk;
  for (const SchemaDefinition& schema : document.schemas) walk.visit(schema);
  for (const TypeDefinition& type : document.types) walk.visit(type);
  for (const DirectiveDefinition& directive : document.directives) walk.visit(directive);
  return walk.take();
}

}  // namespace millrace::graphql
