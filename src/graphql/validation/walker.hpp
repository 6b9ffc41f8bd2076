// The one walk through a document that all rules listen to.
#pragma once

#include "graphql/validation/rule.hpp"

namespace millrace::graphql::validation {

/// Visits every node in the order of graphql-js's visitor (children by kind, then as they stand), keeps the context's position, and calls
/// the rules. Ends early when the error sink wants nothing more. Its depth is that of the document.
class Walker {
 public:
  Walker(Context& context, const RuleSet& rules) : context_(context), at_(context.position), rules_(rules) {}

  void walk();

 private:
  void definition(DefinitionReference reference);
  void operation(const OperationDefinition& node);
  void fragment(const FragmentDefinition& node);
  void variable_definition(const VariableDefinition& node);
  void outer_selection_set(const SelectionSet& node);
  void inner_selection_set(const SelectionSet& node);
  void selections(const SelectionSet& node);
  void field(const Selection& node);
  void fragment_spread(const Selection& node);
  void inline_fragment(const Selection& node);
  void directives(const NodeList<Directive>& nodes, std::string_view location);
  void arguments(const NodeList<Argument>& nodes);
  void value(const Value& node);
  void named_type(const Name& node);
  void type_reference(const TypeReference& node);

  // type_system_walk.cpp
  void schema_definition(const SchemaDefinition& node);
  void type_definition(const TypeDefinition& node);
  void field_definition(const FieldDefinition& node);
  void input_values(const NodeList<InputValueDefinition>& nodes, std::string_view location);
  void enum_value(const EnumValueDefinition& node);
  void directive_definition(const DirectiveDefinition& node);
  void type_system_node(TypeSystemNode node);

  Context& context_;
  Position& at_;
  const RuleSet& rules_;
};

}  // namespace millrace::graphql::validation
