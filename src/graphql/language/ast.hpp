// The syntax tree of executable and type system documents: September 2025 specification, section 2 and 3, laid out as graphql-js's AST.
//
// All nodes of a document live in its arena and are freed with it, without a walk. Names and values are views into the source text, which
// must outlive the tree. `begin` and `end` are byte offsets into that text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "graphql/language/arena.hpp"
#include "graphql/language/node_list.hpp"

namespace millrace::graphql {

struct Node {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct Name : Node {
  std::string_view text;
};

enum class ValueKind : std::uint8_t { variable, integer, floating, string, boolean, null, enumeration, list, object };

struct ObjectField;

/// A value literal (2.9). `text`: a variable's name without $, a number's or name's characters, a string's characters as they stand
/// between the quotes; string_value() of the parser's header decodes it.
struct Value : Node {
  ValueKind kind = ValueKind::null;
  bool block = false;  // a """block string"""
  std::string_view text;
  NodeList<Value> items;
  NodeList<ObjectField> fields;
};

struct ObjectField : Node {
  Name name;
  Value value;
};

struct Argument : Node {
  Name name;
  Value value;
};

struct Directive : Node {
  Name name;
  NodeList<Argument> arguments;
};

/// A type reference (2.11): a name, or a list or non-null of one.
struct TypeReference : Node {
  enum class Kind : std::uint8_t { named, list, non_null };
  Kind kind = Kind::named;
  Name name;                       // named
  OptionalNode<TypeReference> of;  // list, non_null
};

// Executable definitions (2.3 to 2.8).

enum class OperationType : std::uint8_t { query, mutation, subscription };

struct VariableDefinition : Node {
  OptionalNode<Value> description;
  Name name;
  TypeReference type;
  OptionalNode<Value> default_value;
  NodeList<Directive> directives;
};

struct Selection;

struct SelectionSet : Node {
  NodeList<Selection> selections;
};

struct Selection : Node {
  enum class Kind : std::uint8_t { field, fragment_spread, inline_fragment };
  Kind kind = Kind::field;
  OptionalNode<Name> alias;           // field
  Name name;                          // field, fragment_spread
  NodeList<Argument> arguments;       // field
  OptionalNode<Name> type_condition;  // inline_fragment
  NodeList<Directive> directives;
  OptionalNode<SelectionSet> selection_set;  // field, inline_fragment

  std::string_view response_key() const { return alias ? alias->text : name.text; }
};

struct OperationDefinition : Node {
  OptionalNode<Value> description;
  OperationType operation = OperationType::query;
  OptionalNode<Name> name;
  NodeList<VariableDefinition> variables;
  NodeList<Directive> directives;
  SelectionSet selection_set;
};

struct FragmentDefinition : Node {
  std::uint32_t number = 0;  // among the document's fragments, from 0
  OptionalNode<Value> description;
  Name name;
  Name type_condition;
  NodeList<Directive> directives;
  SelectionSet selection_set;
};

// Type system definitions and extensions (3.2 to 3.13).

struct InputValueDefinition : Node {
  OptionalNode<Value> description;
  Name name;
  TypeReference type;
  OptionalNode<Value> default_value;
  NodeList<Directive> directives;
};

struct FieldDefinition : Node {
  OptionalNode<Value> description;
  Name name;
  NodeList<InputValueDefinition> arguments;
  TypeReference type;
  NodeList<Directive> directives;
};

struct EnumValueDefinition : Node {
  OptionalNode<Value> description;
  Name name;
  NodeList<Directive> directives;
};

enum class TypeKind : std::uint8_t { scalar, object, interface, union_, enumeration, input_object };

/// A type's definition, or an extension of one (`extension`).
struct TypeDefinition : Node {
  TypeKind kind = TypeKind::scalar;
  bool extension = false;
  OptionalNode<Value> description;
  Name name;
  NodeList<Name> interfaces;  // object, interface
  NodeList<Directive> directives;
  NodeList<FieldDefinition> fields;             // object, interface
  NodeList<Name> members;                       // union
  NodeList<EnumValueDefinition> values;         // enumeration
  NodeList<InputValueDefinition> input_fields;  // input_object
};

/// A directive's definition, or an extension of one (`extension`), which has directives alone.
struct DirectiveDefinition : Node {
  bool extension = false;
  OptionalNode<Value> description;
  Name name;
  NodeList<InputValueDefinition> arguments;
  NodeList<Directive> directives;
  bool repeatable = false;
  NodeList<Name> locations;
};

struct RootOperationType : Node {
  OperationType operation = OperationType::query;
  Name type;
};

struct SchemaDefinition : Node {
  bool extension = false;
  OptionalNode<Value> description;
  NodeList<Directive> directives;
  NodeList<RootOperationType> operation_types;
};

enum class DefinitionKind : std::uint8_t { operation, fragment, schema, type, directive };

/// Any definition of a document.
struct DefinitionReference {
  DefinitionKind kind = DefinitionKind::operation;
  const Node* node = nullptr;
  /// Requires: the struct that the kind stands for.
  template <class Definition>
  const Definition& as() const {
    return static_cast<const Definition&>(*node);
  }
};

/// A whole document. `order` lists the definitions as they stand, for rules that report in source order.
struct Document {
  std::string_view source;
  Arena arena;
  NodeList<OperationDefinition> operations;
  NodeList<FragmentDefinition> fragments;
  NodeList<SchemaDefinition> schemas;
  NodeList<TypeDefinition> types;
  NodeList<DirectiveDefinition> directives;
  NodeList<DefinitionReference> order;
};

}  // namespace millrace::graphql
