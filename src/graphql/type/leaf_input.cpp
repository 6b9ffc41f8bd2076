#include "graphql/type/leaf_input.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/json/canonical.hpp"
#include "base/json/number.hpp"
#include "graphql/language/parser.hpp"
#include "graphql/type/ecmascript_number.hpp"
#include "graphql/type/inspect.hpp"
#include "graphql/type/leaf_words.hpp"

namespace millrace::graphql {
namespace {

LeafResult append_as_given(std::string& out, const json::Value& value) {
  json::append_canonical(out, value);
  return {};
}

LeafResult append_quoted(std::string& out, std::string_view characters) {
  json::append_string(out, characters);
  return {};
}

LeafResult append_enum_input(std::string& out, const Type& type, const json::Value& value) {
  if (!value.is(json::Kind::string)) return std::unexpected(not_an_enum_value(type, "non-string", inspect(value)));
  std::string name = value.string();
  if (!type.has_value(name)) return std::unexpected(no_such_enum_value(type, name));
  return append_quoted(out, name);
}

/// A string, or a whole number, which becomes one.
LeafResult append_id_input(std::string& out, const Type& type, const json::Value& value) {
  if (value.is(json::Kind::string)) return append_as_given(out, value);
  const double number = value.is(json::Kind::number) ? json::to_double(value.text()) : INFINITY;
  if (std::isinf(number) || std::trunc(number) != number) return std::unexpected(not_this_scalar(type, inspect(value)));
  // A whole number keeps its digits, however many.
  const bool is_plain = value.node().integral && value.text() != "-0";
  return append_quoted(out, is_plain ? std::string(value.text()) : ecmascript_text(number));
}

LeafResult append_any_literal(std::string& out, const Value& value, const Variables& variables);

void append_list_literal(std::string& out, const Value& value, const Variables& variables) {
  out += '[';
  for (const Value& item : value.items) {
    if (&item != &value.items.front()) out += ',';
    append_any_literal(out, item, variables);
  }
  out += ']';
}

void append_object_literal(std::string& out, const Value& value, const Variables& variables) {
  out += '{';
  bool is_first = true;
  for (const ObjectField& field : value.fields) {
    if (field.value.kind == ValueKind::variable && !variables.contains(field.value.text)) continue;
    if (!is_first) out += ',';
    is_first = false;
    json::append_string(out, field.name.text);
    out += ':';
    append_any_literal(out, field.value, variables);
  }
  out += '}';
}

/// Any literal as JSON, for scalars that only the SDL knows; an enum's name becomes a string. Goes as deep as the parser allows.
LeafResult append_any_literal(std::string& out, const Value& value, const Variables& variables) {
  switch (value.kind) {
    case ValueKind::variable: {
      auto found = variables.find(value.text);
      out += found == variables.end() ? std::string_view("null") : std::string_view(found->second);
      break;
    }
    case ValueKind::list: append_list_literal(out, value, variables); break;
    case ValueKind::object: append_object_literal(out, value, variables); break;
    case ValueKind::string: json::append_string(out, string_value(value)); break;
    case ValueKind::enumeration: json::append_string(out, value.text); break;
    default: out += value.text;
  }
  return {};
}

LeafResult append_enum_literal(std::string& out, const Type& type, const Value& value) {
  if (value.kind != ValueKind::enumeration) return std::unexpected(not_an_enum_value(type, "non-enum", print_for_message(value)));
  if (!type.has_value(value.text)) return std::unexpected(no_such_enum_value(type, value.text));
  return append_quoted(out, value.text);
}

}  // namespace

LeafResult append_leaf_input(std::string& out, const Type& type, const json::Value& value) {
  if (type.kind == TypeKind::enumeration) return append_enum_input(out, type, value);
  json::Kind kind = value.kind();
  switch (type.scalar) {
    case ScalarKind::any: return append_as_given(out, value);
    case ScalarKind::id: return append_id_input(out, type, value);
    case ScalarKind::integer:
      if (kind == json::Kind::number) return append_int(out, json::to_double(value.text()), inspect(value));
      break;
    case ScalarKind::floating:
      if (kind == json::Kind::number && !std::isinf(json::to_double(value.text()))) return append_as_given(out, value);
      break;
    case ScalarKind::boolean:
      if (kind == json::Kind::boolean) return append_as_given(out, value);
      break;
    case ScalarKind::string:
      if (kind == json::Kind::string) return append_as_given(out, value);
      break;
    case ScalarKind::date_time:
    case ScalarKind::date:
      if (kind == json::Kind::string && is_in_form(type.scalar, value.string())) return append_as_given(out, value);
      break;
  }
  return std::unexpected(not_this_scalar(type, inspect(value)));
}

LeafResult append_leaf_literal(std::string& out, const Type& type, const Value& value, const Variables& variables) {
  if (type.kind == TypeKind::enumeration) return append_enum_literal(out, type, value);
  bool is_number = value.kind == ValueKind::integer || value.kind == ValueKind::floating;
  switch (type.scalar) {
    case ScalarKind::any: return append_any_literal(out, value, variables);
    case ScalarKind::integer:
      if (value.kind == ValueKind::integer) return append_int(out, json::to_double(value.text), value.text);
      break;
    case ScalarKind::floating:
      if (is_number) return append_any_literal(out, value, variables);
      break;
    case ScalarKind::boolean:
      if (value.kind == ValueKind::boolean) return append_any_literal(out, value, variables);
      break;
    case ScalarKind::id:
      if (value.kind == ValueKind::string) return append_quoted(out, string_value(value));
      if (value.kind == ValueKind::integer) return append_quoted(out, value.text);
      return std::unexpected(fmt::format("ID cannot represent a non-string and non-integer value: {}", print_for_message(value)));
    case ScalarKind::string:
    case ScalarKind::date_time:
    case ScalarKind::date:
      if (value.kind != ValueKind::string) break;
      if (std::string text = string_value(value); is_in_form(type.scalar, text)) return append_quoted(out, text);
      break;
  }
  return std::unexpected(not_this_scalar(type, print_for_message(value)));
}

}  // namespace millrace::graphql
