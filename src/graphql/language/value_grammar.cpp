// Values, types, arguments and directives: sections 2.6, 2.9, 2.11, 2.12.
#include <fmt/format.h>

#include "graphql/language/grammar.hpp"

namespace millrace::graphql {

/// 2.1.9 Name
void Grammar::name(Name& out) {
  Token found = token();
  if (!expect(TokenKind::name)) return;
  out.begin = found.begin;
  out.end = found.end;
  out.text = text_of(found);
}

/// 2.9 Value
void Grammar::value(Value& out, Constness constness) {
  switch (token().kind) {
    case TokenKind::bracket_left: return list(out, constness);
    case TokenKind::brace_left: return object(out, constness);
    case TokenKind::dollar: return variable(out, constness);
    case TokenKind::integer: return simple_value(out, ValueKind::integer);
    case TokenKind::floating: return simple_value(out, ValueKind::floating);
    case TokenKind::string:
    case TokenKind::block_string: return simple_value(out, ValueKind::string);
    case TokenKind::name: return simple_value(out, ValueKind::enumeration);
    default: return unexpected(token());
  }
}

void Grammar::simple_value(Value& out, ValueKind kind) {
  out.begin = token().begin;
  out.end = token().end;
  out.kind = kind;
  out.block = peek(TokenKind::block_string);
  out.text = kind == ValueKind::string ? between_quotes(text(), token()) : text_of(token());
  if (kind == ValueKind::enumeration) {
    if (out.text == "true" || out.text == "false") out.kind = ValueKind::boolean;
    if (out.text == "null") out.kind = ValueKind::null;
  }
  advance();
}

/// 2.9.7 ListValue
void Grammar::list(Value& out, Constness constness) {
  Level level(*this);
  if (!level) return;
  out.begin = begin();
  out.kind = ValueKind::list;
  expect(TokenKind::bracket_left);
  while (!failed() && !accept(TokenKind::bracket_right)) value(out.items.add(arena_), constness);
  out.end = last_end();
}

/// 2.9.8 ObjectValue
void Grammar::object(Value& out, Constness constness) {
  Level level(*this);
  if (!level) return;
  out.begin = begin();
  out.kind = ValueKind::object;
  expect(TokenKind::brace_left);
  while (!failed() && !accept(TokenKind::brace_right)) {
    ObjectField& member = out.fields.add(arena_);
    member.begin = begin();
    name(member.name);
    expect(TokenKind::colon);
    value(member.value, constness);
    member.end = last_end();
  }
  out.end = last_end();
}

/// 2.10 Variable
void Grammar::variable(Value& out, Constness constness) {
  Token dollar = token();
  out.begin = dollar.begin;
  out.kind = ValueKind::variable;
  expect(TokenKind::dollar);
  if (constness == Constness::constant) {
    if (!peek(TokenKind::name)) return unexpected(dollar);
    return fail(dollar.begin, fmt::format("Unexpected variable \"${}\" in constant value.", text_of(token())));
  }
  Name variable_name;
  name(variable_name);
  out.text = variable_name.text;
  out.end = last_end();
}

void Grammar::description(OptionalNode<Value>& out) {
  if (peek_description()) simple_value(out.emplace(arena_), ValueKind::string);
}

void Grammar::default_value(OptionalNode<Value>& out) {
  if (accept(TokenKind::equals)) value(out.emplace(arena_), Constness::constant);
}

/// 2.6 Arguments
void Grammar::arguments(NodeList<Argument>& out, Constness constness) {
  if (!accept(TokenKind::paren_left)) return;
  do {
    Argument& argument = out.add(arena_);
    argument.begin = begin();
    name(argument.name);
    expect(TokenKind::colon);
    value(argument.value, constness);
    argument.end = last_end();
  } while (!failed() && !accept(TokenKind::paren_right));
}

/// 2.12 Directives
void Grammar::directives(NodeList<Directive>& out, Constness constness) {
  while (peek(TokenKind::at)) {
    Directive& directive = out.add(arena_);
    directive.begin = begin();
    advance();
    name(directive.name);
    arguments(directive.arguments, constness);
    directive.end = last_end();
  }
}

/// 2.11 Type
void Grammar::type_reference(TypeReference& out) {
  Level level(*this);
  if (!level) return;
  out.begin = begin();
  if (accept(TokenKind::bracket_left)) {
    out.kind = TypeReference::Kind::list;
    type_reference(out.of.emplace(arena_));
    expect(TokenKind::bracket_right);
  } else {
    name(out.name);
  }
  out.end = last_end();
  if (!peek(TokenKind::bang)) return;
  advance();
  const TypeReference inner = out;
  out = TypeReference();
  out.begin = inner.begin;
  out.end = last_end();
  out.kind = TypeReference::Kind::non_null;
  out.of.emplace(arena_) = inner;
}

}  // namespace millrace::graphql
