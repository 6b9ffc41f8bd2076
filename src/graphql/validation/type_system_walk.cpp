// Type system definitions do not belong into a request, which one rule says; the others still look at them, as they do in graphql-js.
#include "graphql/language/type_kind.hpp"
#include "graphql/validation/walker.hpp"

namespace millrace::graphql::validation {

void Walker::schema_definition(const SchemaDefinition& node) {
  type_system_node({TypeSystemNode::Kind::schema, {}, node.directives});
  directives(node.directives, "SCHEMA");
  for (const RootOperationType& root : node.operation_types) named_type(root.type);
}

void Walker::type_definition(const TypeDefinition& node) {
  type_system_node({TypeSystemNode::Kind::type, node.name.text, node.directives});
  for (const Name& interface : node.interfaces) named_type(interface);
  directives(node.directives, kind_name(node.kind));
  for (const FieldDefinition& field : node.fields) field_definition(field);
  for (const Name& member : node.members) named_type(member);
  for (const EnumValueDefinition& one : node.values) enum_value(one);
  input_values(node.input_fields, "INPUT_FIELD_DEFINITION");
}

void Walker::field_definition(const FieldDefinition& node) {
  type_system_node({TypeSystemNode::Kind::part, {}, node.directives});
  input_values(node.arguments, "ARGUMENT_DEFINITION");
  type_reference(node.type);
  directives(node.directives, "FIELD_DEFINITION");
}

void Walker::input_values(const NodeList<InputValueDefinition>& nodes, std::string_view location) {
  for (const InputValueDefinition& node : nodes) {
    if (context_.errors.is_stopped()) return;
    type_system_node({TypeSystemNode::Kind::part, {}, node.directives});
    type_reference(node.type);
    if (node.default_value) value(*node.default_value);
    directives(node.directives, location);
  }
}

void Walker::enum_value(const EnumValueDefinition& node) {
  type_system_node({TypeSystemNode::Kind::part, {}, node.directives});
  directives(node.directives, "ENUM_VALUE");
}

void Walker::directive_definition(const DirectiveDefinition& node) {
  type_system_node({TypeSystemNode::Kind::directive, node.name.text, node.directives});
  input_values(node.arguments, "ARGUMENT_DEFINITION");
  directives(node.directives, "DIRECTIVE_DEFINITION");
}

void Walker::type_system_node(TypeSystemNode node) {
  for (Rule* rule : rules_.at(Hook::enter_type_system_node)) rule->enter_type_system_node(node);
}

}  // namespace millrace::graphql::validation
