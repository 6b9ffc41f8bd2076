#include "graphql/validation/walker.hpp"

namespace millrace::graphql::validation {
namespace {

std::string_view location_of(OperationType operation) {
  switch (operation) {
    case OperationType::query: return "QUERY";
    case OperationType::mutation: return "MUTATION";
    case OperationType::subscription: return "SUBSCRIPTION";
  }
  return {};
}

}  // namespace

void Walker::walk() {
  for (Rule* rule : rules_.at(Hook::enter_document)) rule->enter_document();
  for (const DefinitionReference& reference : context_.document.order) {
    if (context_.errors.is_stopped()) return;
    definition(reference);
  }
  for (Rule* rule : rules_.at(Hook::leave_document)) rule->leave_document();
}

void Walker::definition(DefinitionReference reference) {
  using Kind = DefinitionKind;
  const Kept<Position> outside(at_);
  at_.in_type_system = reference.kind != Kind::operation && reference.kind != Kind::fragment;
  switch (reference.kind) {
    case Kind::operation: operation(reference.as<OperationDefinition>()); break;
    case Kind::fragment: fragment(reference.as<FragmentDefinition>()); break;
    case Kind::schema: schema_definition(reference.as<SchemaDefinition>()); break;
    case Kind::type: type_definition(reference.as<TypeDefinition>()); break;
    case Kind::directive: directive_definition(reference.as<DirectiveDefinition>()); break;
  }
}

void Walker::operation(const OperationDefinition& node) {
  at_.enter_operation(context_.schema, node);
  for (Rule* rule : rules_.at(Hook::enter_operation)) rule->enter_operation(node);
  for (const VariableDefinition& variable : node.variables) variable_definition(variable);
  directives(node.directives, location_of(node.operation));
  outer_selection_set(node.selection_set);
  for (Rule* rule : rules_.at(Hook::leave_operation)) rule->leave_operation(node);
}

void Walker::fragment(const FragmentDefinition& node) {
  at_.enter_fragment(context_.schema, &node.type_condition);
  for (Rule* rule : rules_.at(Hook::enter_fragment)) rule->enter_fragment(node);
  named_type(node.type_condition);
  directives(node.directives, "FRAGMENT_DEFINITION");
  outer_selection_set(node.selection_set);
}

void Walker::variable_definition(const VariableDefinition& node) {
  const Kept<InputPosition> outside(at_);
  at_.enter_variable_definition(context_.variables.declared_type(node));
  for (Rule* rule : rules_.at(Hook::enter_variable_definition)) rule->enter_variable_definition(node);
  type_reference(node.type);
  if (node.default_value) value(*node.default_value);
  directives(node.directives, "VARIABLE_DEFINITION");
}

void Walker::outer_selection_set(const SelectionSet& node) {
  const Kept<OutputPosition> outside(at_);
  at_.enter_selection_set();
  for (Rule* rule : rules_.at(Hook::enter_selection_set)) rule->enter_selection_set(node);
  selections(node);
}

void Walker::inner_selection_set(const SelectionSet& node) {
  const Kept<OutputPosition> outside(at_);
  at_.enter_selection_set();
  selections(node);
}

void Walker::selections(const SelectionSet& node) {
  for (const Selection& selection : node.selections) {
    if (context_.errors.is_stopped()) break;
    switch (selection.kind) {
      case Selection::Kind::field: field(selection); break;
      case Selection::Kind::fragment_spread: fragment_spread(selection); break;
      case Selection::Kind::inline_fragment: inline_fragment(selection); break;
    }
  }
}

void Walker::field(const Selection& node) {
  const Kept<OutputPosition> outside(at_);
  at_.enter_field(context_.schema, node);
  for (Rule* rule : rules_.at(Hook::enter_field)) rule->enter_field(node);
  arguments(node.arguments);
  directives(node.directives, "FIELD");
  if (node.selection_set) outer_selection_set(*node.selection_set);
  for (Rule* rule : rules_.at(Hook::leave_field)) rule->leave_field(node);
}

void Walker::fragment_spread(const Selection& node) {
  for (Rule* rule : rules_.at(Hook::enter_fragment_spread)) rule->enter_fragment_spread(node);
  directives(node.directives, "FRAGMENT_SPREAD");
}

void Walker::inline_fragment(const Selection& node) {
  const Kept<OutputPosition> outside(at_);
  at_.enter_fragment(context_.schema, node.type_condition ? &*node.type_condition : nullptr);
  for (Rule* rule : rules_.at(Hook::enter_inline_fragment)) rule->enter_inline_fragment(node);
  if (node.type_condition) named_type(*node.type_condition);
  directives(node.directives, "INLINE_FRAGMENT");
  inner_selection_set(*node.selection_set);
}

void Walker::directives(const NodeList<Directive>& nodes, std::string_view location) {
  for (const Directive& node : nodes) {
    if (context_.errors.is_stopped()) return;
    at_.enter_directive(context_.schema, node);
    at_.directive_location = location;
    for (Rule* rule : rules_.at(Hook::enter_directive)) rule->enter_directive(node);
    arguments(node.arguments);
    for (Rule* rule : rules_.at(Hook::leave_directive)) rule->leave_directive(node);
    at_.directive = nullptr;
  }
}

void Walker::arguments(const NodeList<Argument>& nodes) {
  for (const Argument& node : nodes) {
    if (context_.errors.is_stopped()) return;
    const Kept<InputPosition> outside(at_);
    at_.enter_argument(node);
    for (Rule* rule : rules_.at(Hook::enter_argument)) rule->enter_argument(node);
    value(node.value);
  }
}

void Walker::value(const Value& node) {
  for (Rule* rule : rules_.at(Hook::enter_value)) rule->enter_value(node);
}

void Walker::named_type(const Name& node) {
  for (Rule* rule : rules_.at(Hook::enter_named_type)) rule->enter_named_type(node);
}

void Walker::type_reference(const TypeReference& node) {
  const TypeReference* named = &node;
  while (named->kind != TypeReference::Kind::named) named = named->of.get();
  named_type(named->name);
}

}  // namespace millrace::graphql::validation
