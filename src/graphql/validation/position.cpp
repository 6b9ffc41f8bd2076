#include "graphql/validation/position.hpp"

namespace millrace::graphql::validation {
namespace {

TypeView output_type(const Type* type) {
  return type != nullptr && type->kind != TypeKind::input_object ? TypeView(type) : TypeView();
}

TypeView input_type(TypeView type) {
  return type && type.named->is_input() ? type : TypeView();
}

}  // namespace

void Position::enter_operation(const Schema& schema, const OperationDefinition& operation) {
  type = TypeView(schema.root(operation.operation));
}

void Position::enter_fragment(const Schema& schema, const Name* type_condition) {
  type = output_type(type_condition != nullptr ? schema.type(type_condition->text) : type.named);
}

void Position::enter_selection_set() {
  parent = type && type.named->is_composite() ? type.named : nullptr;
}

void Position::enter_field(const Schema& schema, const Selection& selection) {
  field = parent != nullptr ? schema.field(*parent, selection.name.text) : nullptr;
  field_parent = parent;
  type = field != nullptr ? TypeView(field->type) : TypeView();
}

void Position::enter_directive(const Schema& schema, const Directive& node) {
  directive = schema.directive(node.name.text);
}

void Position::enter_argument(const Argument& node) {
  argument = nullptr;
  if (directive != nullptr) {
    argument = directive->argument(node.name.text);
  } else if (field != nullptr) {
    argument = field->argument(node.name.text);
  }
  enter_input(argument);
}

void Position::enter_variable_definition(TypeView variable_type) {
  input_parent = input;
  input = input_type(variable_type);
  input_has_default = false;
}

void Position::enter_list() {
  const TypeView list = input.nullable();
  input_parent = input;
  input = list.is_list() ? input_type(list.inner()) : TypeView();
  input_has_default = false;
}

void Position::enter_object_field(const ObjectField& node) {
  const Type* object = input.named;
  const bool is_object = object != nullptr && object->kind == TypeKind::input_object;
  enter_input(is_object ? object->input_field(node.name.text) : nullptr);
}

void Position::enter_input(const InputValue* definition) {
  input_parent = input;
  input = definition != nullptr ? input_type(TypeView(definition->type)) : TypeView();
  input_has_default = definition != nullptr && definition->default_literal.has_value();
}

}  // namespace millrace::graphql::validation
