// Result coercion of leaves (3.5 "Result Coercion", 6.4.3 CoerceResult): what a store holds becomes what the type promises.
#include <fmt/format.h>

#include <cmath>

#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/ecmascript_number.hpp"
#include "graphql/type/inspect.hpp"
#include "graphql/type/leaf_words.hpp"

namespace millrace::graphql {
namespace {

using json::Kind;

/// The double that a stored number, boolean, or string that spells a number is; nothing for the rest. An empty string spells none.
std::optional<double> number_in(std::string_view value) {
  switch (json::kind_of(value)) {
    case Kind::number: return json::to_double(value);
    case Kind::boolean: return value == "true" ? 1 : 0;
    case Kind::string: return value == "\"\"" ? std::nullopt : ecmascript_number(json::decode_string(value));
    default: return std::nullopt;
  }
}

/// Whether every reader gets the same double from these digits: up to 15 of them, no exponent. "-0" is written as 0.
bool is_plain(std::string_view number) {
  return number.size() <= 15 && number.find_first_of("eE") == std::string_view::npos && number != "-0";
}

LeafResult append_int_output(std::string& out, const Type& type, std::string_view value) {
  const std::optional<double> number = number_in(value);
  if (!number) return std::unexpected(not_this_scalar(type, inspect(value)));
  return append_int(out, *number, inspect(value));
}

LeafResult append_float_output(std::string& out, const Type& type, std::string_view value) {
  if (json::kind_of(value) == Kind::number && is_plain(value)) {
    out += value;
    return {};
  }
  const std::optional<double> number = number_in(value);
  if (!number || std::isinf(*number)) return std::unexpected(not_this_scalar(type, inspect(value)));
  out += ecmascript_text(*number);
  return {};
}

/// A number as text. Whole ones keep their digits, however many: they are keys more often than quantities.
std::string text_of_number(std::string_view number) {
  if (number.find_first_of(".eE") == std::string_view::npos && number != "-0") return std::string(number);
  return ecmascript_text(number);
}

LeafResult append_string_output(std::string& out, const Type& type, std::string_view value) {
  switch (json::kind_of(value)) {
    case Kind::string: out += value; return {};
    case Kind::boolean: out.append(1, '"').append(value).append(1, '"'); return {};
    case Kind::number:
      if (std::isinf(json::to_double(value))) break;
      out.append(1, '"').append(text_of_number(value)).append(1, '"');
      return {};
    default: break;
  }
  return std::unexpected(fmt::format("{} cannot represent value: {}", type.name, inspect(value)));
}

LeafResult append_boolean_output(std::string& out, const Type& type, std::string_view value) {
  if (json::kind_of(value) == Kind::boolean) {
    out += value;
    return {};
  }
  const double number = json::kind_of(value) == Kind::number ? json::to_double(value) : INFINITY;
  if (std::isinf(number)) return std::unexpected(not_this_scalar(type, inspect(value)));
  out += number == 0 ? "false" : "true";
  return {};
}

LeafResult append_id_output(std::string& out, const Type& type, std::string_view value) {
  if (json::kind_of(value) == Kind::string) {
    out += value;
    return {};
  }
  const double number = json::kind_of(value) == Kind::number ? json::to_double(value) : INFINITY;
  if (std::isinf(number) || std::trunc(number) != number) return std::unexpected(not_this_scalar(type, inspect(value)));
  out.append(1, '"').append(text_of_number(value)).append(1, '"');
  return {};
}

LeafResult append_enum_output(std::string& out, const Type& type, std::string_view value) {
  // Names have no characters that JSON escapes, so that the text between the quotes is the name or is none.
  if (json::kind_of(value) != Kind::string || !type.has_value(value.substr(1, value.size() - 2)))
    return std::unexpected(fmt::format("Enum \"{}\" cannot represent value: {}", type.name, inspect(value)));
  out += value;
  return {};
}

}  // namespace

LeafResult append_leaf(std::string& out, const Type& type, std::string_view value) {
  if (value == "null") {
    out += value;
    return {};
  }
  if (type.kind == TypeKind::enumeration) return append_enum_output(out, type, value);
  switch (type.scalar) {
    case ScalarKind::integer: return append_int_output(out, type, value);
    case ScalarKind::floating: return append_float_output(out, type, value);
    case ScalarKind::string: return append_string_output(out, type, value);
    case ScalarKind::boolean: return append_boolean_output(out, type, value);
    case ScalarKind::id: return append_id_output(out, type, value);
    default: out += value; return {};
  }
}

}  // namespace millrace::graphql
