// Definitions of the type system and their extensions: section 3.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "graphql/language/grammar.hpp"
#include "graphql/language/type_keyword.hpp"

namespace millrace::graphql {
namespace {

constexpr auto kLocations = std::to_array<std::string_view>({"QUERY",
                                                             "MUTATION",
                                                             "SUBSCRIPTION",
                                                             "FIELD",
                                                             "FRAGMENT_DEFINITION",
                                                             "FRAGMENT_SPREAD",
                                                             "INLINE_FRAGMENT",
                                                             "VARIABLE_DEFINITION",
                                                             "FRAGMENT_VARIABLE_DEFINITION",
                                                             "SCHEMA",
                                                             "SCALAR",
                                                             "OBJECT",
                                                             "FIELD_DEFINITION",
                                                             "ARGUMENT_DEFINITION",
                                                             "INTERFACE",
                                                             "UNION",
                                                             "ENUM",
                                                             "ENUM_VALUE",
                                                             "INPUT_OBJECT",
                                                             "INPUT_FIELD_DEFINITION",
                                                             "DIRECTIVE_DEFINITION"});

/// Whether an extension adds anything: one that does not is no extension.
bool adds_nothing(const TypeDefinition& type) {
  return type.directives.empty() && type.interfaces.empty() && type.fields.empty() && type.members.empty() && type.values.empty() &&
         type.input_fields.empty();
}

}  // namespace

std::optional<TypeKind> type_keyword(std::string_view word) {
  if (word == "scalar") return TypeKind::scalar;
  if (word == "type") return TypeKind::object;
  if (word == "interface") return TypeKind::interface;
  if (word == "union") return TypeKind::union_;
  if (word == "enum") return TypeKind::enumeration;
  if (word == "input") return TypeKind::input_object;
  return std::nullopt;
}

/// 3.3 SchemaDefinition
void Grammar::schema_definition(SchemaDefinition& out) {
  out.begin = begin();
  description(out.description);
  expect_keyword("schema");
  directives(out.directives, Constness::constant);
  many(TokenKind::brace_left, TokenKind::brace_right, out.operation_types, &Grammar::root_operation_type);
  out.end = last_end();
}

void Grammar::root_operation_type(RootOperationType& out) {
  out.begin = begin();
  operation_type(out.operation);
  expect(TokenKind::colon);
  name(out.type);
  out.end = last_end();
}

/// 3.4 TypeDefinition
void Grammar::type_definition(TypeDefinition& out) {
  out.begin = begin();
  description(out.description);
  type_body(out);
  out.end = last_end();
}

/// From the keyword on: the same in definitions and extensions.
void Grammar::type_body(TypeDefinition& out) {
  if (!peek(TokenKind::name)) return unexpected(token());
  std::optional<TypeKind> kind = type_keyword(text_of(token()));
  if (!kind) return unexpected(token());
  out.kind = *kind;
  advance();
  name(out.name);
  if (out.kind == TypeKind::object || out.kind == TypeKind::interface) implements_interfaces(out.interfaces);
  directives(out.directives, Constness::constant);
  switch (out.kind) {
    case TypeKind::scalar: break;
    case TypeKind::object:
    case TypeKind::interface: return optional_many(TokenKind::brace_left, TokenKind::brace_right, out.fields, &Grammar::field_definition);
    case TypeKind::union_: return union_members(out.members);
    case TypeKind::enumeration:
      return optional_many(TokenKind::brace_left, TokenKind::brace_right, out.values, &Grammar::enum_value_definition);
    case TypeKind::input_object:
      return optional_many(TokenKind::brace_left, TokenKind::brace_right, out.input_fields, &Grammar::input_value_definition);
  }
}

/// 3.6 ImplementsInterfaces
void Grammar::implements_interfaces(NodeList<Name>& out) {
  if (accept_keyword("implements")) delimited_names(TokenKind::ampersand, out, &Grammar::name);
}

/// 3.6 FieldDefinition
void Grammar::field_definition(FieldDefinition& out) {
  out.begin = begin();
  description(out.description);
  name(out.name);
  optional_many(TokenKind::paren_left, TokenKind::paren_right, out.arguments, &Grammar::input_value_definition);
  expect(TokenKind::colon);
  type_reference(out.type);
  directives(out.directives, Constness::constant);
  out.end = last_end();
}

/// 3.6.1 InputValueDefinition
void Grammar::input_value_definition(InputValueDefinition& out) {
  out.begin = begin();
  description(out.description);
  name(out.name);
  expect(TokenKind::colon);
  type_reference(out.type);
  default_value(out.default_value);
  directives(out.directives, Constness::constant);
  out.end = last_end();
}

/// 3.8 UnionMemberTypes
void Grammar::union_members(NodeList<Name>& out) {
  if (accept(TokenKind::equals)) delimited_names(TokenKind::pipe, out, &Grammar::name);
}

/// 3.9 EnumValueDefinition
void Grammar::enum_value_definition(EnumValueDefinition& out) {
  out.begin = begin();
  description(out.description);
  enum_value_name(out.name);
  directives(out.directives, Constness::constant);
  out.end = last_end();
}

void Grammar::enum_value_name(Name& out) {
  if (peek_keyword("true") || peek_keyword("false") || peek_keyword("null"))
    return fail(begin(), fmt::format("{} is reserved and cannot be used for an enum value.", describe(token())));
  name(out);
}

/// 3.13 DirectiveDefinition, with directives of its own as the draft after September 2025 has it.
void Grammar::directive_definition(DirectiveDefinition& out) {
  out.begin = begin();
  description(out.description);
  expect_keyword("directive");
  expect(TokenKind::at);
  name(out.name);
  optional_many(TokenKind::paren_left, TokenKind::paren_right, out.arguments, &Grammar::input_value_definition);
  directives(out.directives, Constness::constant);
  out.repeatable = accept_keyword("repeatable");
  expect_keyword("on");
  delimited_names(TokenKind::pipe, out.locations, &Grammar::directive_location);
  out.end = last_end();
}

void Grammar::directive_location(Name& out) {
  Token found = token();
  name(out);
  if (std::ranges::find(kLocations, out.text) == kLocations.end()) unexpected(found);
}

/// 3.3.2, 3.4.3 and so on: "extend" and what it extends.
void Grammar::extension(Document& out) {
  Token keyword = lookahead();
  if (keyword.kind != TokenKind::name) return unexpected(keyword);
  std::string_view word = text_of(keyword);
  if (word == "schema") {
    schema_extension(add(out, DefinitionKind::schema, out.schemas));
  } else if (word == "directive") {
    directive_extension(add(out, DefinitionKind::directive, out.directives));
  } else if (type_keyword(word)) {
    type_extension(add(out, DefinitionKind::type, out.types));
  } else {
    unexpected(keyword);
  }
}

void Grammar::schema_extension(SchemaDefinition& out) {
  out.begin = begin();
  out.extension = true;
  expect_keyword("extend");
  expect_keyword("schema");
  directives(out.directives, Constness::constant);
  optional_many(TokenKind::brace_left, TokenKind::brace_right, out.operation_types, &Grammar::root_operation_type);
  if (out.directives.empty() && out.operation_types.empty()) unexpected(token());
  out.end = last_end();
}

void Grammar::type_extension(TypeDefinition& out) {
  out.begin = begin();
  out.extension = true;
  expect_keyword("extend");
  type_body(out);
  if (adds_nothing(out)) unexpected(token());
  out.end = last_end();
}

void Grammar::directive_extension(DirectiveDefinition& out) {
  out.begin = begin();
  out.extension = true;
  expect_keyword("extend");
  expect_keyword("directive");
  expect(TokenKind::at);
  name(out.name);
  directives(out.directives, Constness::constant);
  if (out.directives.empty()) unexpected(token());
  out.end = last_end();
}

}  // namespace millrace::graphql
