// The syntax tree of executable and type system documents: September 2025 specification, section 2 and 3, laid out as graphql-js's AST.
//
// Nodes own their children; names and values are views into the source text, which must outlive the tree. `begin` and `end` are byte
// offsets into that text.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
  std::vector<Value> items;
  std::vector<ObjectField> fields;
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
  std::vector<Argument> arguments;
};

/// A type reference (2.11): a name, or a list or non-null of one.
struct TypeReference : Node {
  enum class Kind : std::uint8_t { named, list, non_null };
  Kind kind = Kind::named;
  Name name;                          // named
  std::unique_ptr<TypeReference> of;  // list, non_null
};

// Executable definitions (2.3 to 2.8).

enum class OperationType : std::uint8_t { query, mutation, subscription };

struct VariableDefinition : Node {
  std::optional<Value> description;
  Name name;
  TypeReference type;
  std::optional<Value> default_value;
  std::vector<Directive> directives;
};

struct Selection;

struct SelectionSet : Node {
  std::vector<Selection> selections;
};

struct Selection : Node {
  enum class Kind : std::uint8_t { field, fragment_spread, inline_fragment };
  Kind kind = Kind::field;
  std::optional<Name> alias;           // field
  Name name;                           // field, fragment_spread
  std::vector<Argument> arguments;     // field
  std::optional<Name> type_condition;  // inline_fragment
  std::vector<Directive> directives;
  std::optional<SelectionSet> selection_set;  // field, inline_fragment

  std::string_view response_key() const { return alias ? alias->text : name.text; }
};

struct OperationDefinition : Node {
  std::optional<Value> description;
  OperationType operation = OperationType::query;
  std::optional<Name> name;
  std::vector<VariableDefinition> variables;
  std::vector<Directive> directives;
  SelectionSet selection_set;
};

struct FragmentDefinition : Node {
  std::optional<Value> description;
  Name name;
  Name type_condition;
  std::vector<Directive> directives;
  SelectionSet selection_set;
};

// Type system definitions and extensions (3.2 to 3.13).

struct InputValueDefinition : Node {
  std::optional<Value> description;
  Name name;
  TypeReference type;
  std::optional<Value> default_value;
  std::vector<Directive> directives;
};

struct FieldDefinition : Node {
  std::optional<Value> description;
  Name name;
  std::vector<InputValueDefinition> arguments;
  TypeReference type;
  std::vector<Directive> directives;
};

struct EnumValueDefinition : Node {
  std::optional<Value> description;
  Name name;
  std::vector<Directive> directives;
};

enum class TypeKind : std::uint8_t { scalar, object, interface, union_, enumeration, input_object };

/// A type's definition, or an extension of one (`extension`).
struct TypeDefinition : Node {
  TypeKind kind = TypeKind::scalar;
  bool extension = false;
  std::optional<Value> description;
  Name name;
  std::vector<Name> interfaces;  // object, interface
  std::vector<Directive> directives;
  std::vector<FieldDefinition> fields;             // object, interface
  std::vector<Name> members;                       // union
  std::vector<EnumValueDefinition> values;         // enumeration
  std::vector<InputValueDefinition> input_fields;  // input_object
};

/// A directive's definition, or an extension of one (`extension`), which has directives alone.
struct DirectiveDefinition : Node {
  bool extension = false;
  std::optional<Value> description;
  Name name;
  std::vector<InputValueDefinition> arguments;
  std::vector<Directive> directives;
  bool repeatable = false;
  std::vector<Name> locations;
};

struct RootOperationType : Node {
  OperationType operation = OperationType::query;
  Name type;
};

struct SchemaDefinition : Node {
  bool extension = false;
  std::optional<Value> description;
  std::vector<Directive> directives;
  std::vector<RootOperationType> operation_types;
};

/// A whole document. `order` lists the definitions as they stand, for rules that report in source order.
struct Document {
  enum class DefinitionKind : std::uint8_t { operation, fragment, schema, type, directive };
  struct DefinitionReference {
    DefinitionKind kind;
    std::uint32_t index;
  };
  std::string_view source;
  std::vector<OperationDefinition> operations;
  std::vector<FragmentDefinition> fragments;
  std::vector<SchemaDefinition> schemas;
  std::vector<TypeDefinition> types;
  std::vector<DirectiveDefinition> directives;
  std::vector<DefinitionReference> order;
};

}  // namespace millrace::graphql
