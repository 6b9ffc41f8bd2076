// The rules of the grammar (specification appendix B.3), a function each: it reads what its name says into the node it is given.
//
// After a failure the nodes are worthless; whoever asked for the document looks at failed() once at the end.
#pragma once

#include <optional>

#include "graphql/language/ast.hpp"
#include "graphql/language/token_stream.hpp"

namespace millrace::graphql {

class Grammar : public TokenStream {
 public:
  using TokenStream::TokenStream;

  // parser.cpp
  void document(Document& out);

 private:
  enum class Constness : bool { variables_allowed, constant };

  void definition(Document& out);
  bool definition_of(Document& out, std::string_view keyword);
  /// A new definition, noted in the document's order.
  template <class T>
  T& add(Document& out, DefinitionKind kind, NodeList<T>& definitions) {
    T& made = definitions.add(arena_);
    out.order.add(arena_) = {kind, &made};
    return made;
  }

  // executable_grammar.cpp
  void operation(OperationDefinition& out);
  bool operation_type(OperationType& out);
  void variable_definition(VariableDefinition& out);
  void selection_set(SelectionSet& out);
  void selection(Selection& out);
  void field(Selection& out);
  void fragment(Selection& out);
  void fragment_definition(FragmentDefinition& out);
  void fragment_name(Name& out);

  // value_grammar.cpp
  void name(Name& out);
  void value(Value& out, Constness constness);
  void list(Value& out, Constness constness);
  void object(Value& out, Constness constness);
  void variable(Value& out, Constness constness);
  void simple_value(Value& out, ValueKind kind);
  void description(OptionalNode<Value>& out);
  void default_value(OptionalNode<Value>& out);
  void arguments(NodeList<Argument>& out, Constness constness);
  void directives(NodeList<Directive>& out, Constness constness);
  void type_reference(TypeReference& out);

  // type_system_grammar.cpp
  void schema_definition(SchemaDefinition& out);
  void root_operation_type(RootOperationType& out);
  void type_definition(TypeDefinition& out);
  void type_body(TypeDefinition& out);
  void implements_interfaces(NodeList<Name>& out);
  void field_definition(FieldDefinition& out);
  void input_value_definition(InputValueDefinition& out);
  void union_members(NodeList<Name>& out);
  void enum_value_definition(EnumValueDefinition& out);
  void enum_value_name(Name& out);
  void directive_definition(DirectiveDefinition& out);
  void directive_location(Name& out);
  void extension(Document& out);
  void schema_extension(SchemaDefinition& out);
  void type_extension(TypeDefinition& out);
  void directive_extension(DirectiveDefinition& out);

  bool peek_description() const { return peek(TokenKind::string) || peek(TokenKind::block_string); }

  /// One or more items between the tokens.
  template <class T>
  void many(TokenKind open, TokenKind close, NodeList<T>& out, void (Grammar::*item)(T&)) {
    if (!expect(open)) return;
    do {
      (this->*item)(out.add(arena_));
    } while (!failed() && !accept(close));
  }
  /// Any number of items between the tokens.
  template <class T>
  void any(TokenKind open, TokenKind close, NodeList<T>& out, void (Grammar::*item)(T&)) {
    if (!expect(open)) return;
    while (!failed() && !accept(close)) (this->*item)(out.add(arena_));
  }
  /// Nothing, or many.
  template <class T>
  void optional_many(TokenKind open, TokenKind close, NodeList<T>& out, void (Grammar::*item)(T&)) {
    if (peek(open)) many(open, close, out, item);
  }
  /// One or more names with a token between them, and perhaps before the first.
  void delimited_names(TokenKind delimiter, NodeList<Name>& out, void (Grammar::*item)(Name&)) {
    accept(delimiter);
    do {
      (this->*item)(out.add(arena_));
    } while (accept(delimiter));
  }

  Arena arena_;  // the document's, while it is read
};

}  // namespace millrace::graphql
