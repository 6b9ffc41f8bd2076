// Operations, selections and fragments: sections 2.3 to 2.8 and 2.10.
#include "graphql/language/grammar.hpp"

namespace millrace::graphql {

/// 2.3 OperationDefinition
void Grammar::operation(OperationDefinition& out) {
  out.begin = begin();
  description(out.description);
  if (!peek(TokenKind::brace_left)) {
    operation_type(out.operation);
    if (peek(TokenKind::name)) name(out.name.emplace(arena_));
    optional_many(TokenKind::paren_left, TokenKind::paren_right, out.variables, &Grammar::variable_definition);
    directives(out.directives, Constness::variables_allowed);
  }
  selection_set(out.selection_set);
  out.end = last_end();
}

bool Grammar::operation_type(OperationType& out) {
  Token found = token();
  if (!expect(TokenKind::name)) return false;
  std::string_view word = text_of(found);
  if (word == "query") {
    out = OperationType::query;
  } else if (word == "mutation") {
    out = OperationType::mutation;
  } else if (word == "subscription") {
    out = OperationType::subscription;
  } else {
    unexpected(found);
    return false;
  }
  return true;
}

/// 2.10 VariableDefinition
void Grammar::variable_definition(VariableDefinition& out) {
  out.begin = begin();
  description(out.description);
  expect(TokenKind::dollar);
  name(out.name);
  expect(TokenKind::colon);
  type_reference(out.type);
  default_value(out.default_value);
  directives(out.directives, Constness::constant);
  out.end = last_end();
}

/// 2.4 SelectionSet. There may be none: so the draft after September 2025 and graphql-js have it.
void Grammar::selection_set(SelectionSet& out) {
  Level level(*this);
  if (!level) return;
  out.begin = begin();
  any(TokenKind::brace_left, TokenKind::brace_right, out.selections, &Grammar::selection);
  out.end = last_end();
}

void Grammar::selection(Selection& out) {
  out.begin = begin();
  if (peek(TokenKind::spread)) {
    fragment(out);
  } else {
    field(out);
  }
  out.end = last_end();
}

/// 2.5 Field
void Grammar::field(Selection& out) {
  name(out.name);
  if (accept(TokenKind::colon)) {
    out.alias.emplace(arena_) = out.name;
    name(out.name);
  }
  arguments(out.arguments, Constness::variables_allowed);
  directives(out.directives, Constness::variables_allowed);
  if (peek(TokenKind::brace_left)) selection_set(out.selection_set.emplace(arena_));
}

/// 2.8 FragmentSpread, InlineFragment
void Grammar::fragment(Selection& out) {
  expect(TokenKind::spread);
  bool has_condition = accept_keyword("on");
  if (!has_condition && peek(TokenKind::name)) {
    out.kind = Selection::Kind::fragment_spread;
    name(out.name);
    directives(out.directives, Constness::variables_allowed);
    return;
  }
  out.kind = Selection::Kind::inline_fragment;
  if (has_condition) name(out.type_condition.emplace(arena_));
  directives(out.directives, Constness::variables_allowed);
  selection_set(out.selection_set.emplace(arena_));
}

/// 2.8 FragmentDefinition
void Grammar::fragment_definition(FragmentDefinition& out) {
  out.begin = begin();
  description(out.description);
  expect_keyword("fragment");
  fragment_name(out.name);
  expect_keyword("on");
  name(out.type_condition);
  directives(out.directives, Constness::variables_allowed);
  selection_set(out.selection_set);
  out.end = last_end();
}

void Grammar::fragment_name(Name& out) {
  if (peek_keyword("on")) return unexpected(token());
  name(out);
}

}  // namespace millrace::graphql
