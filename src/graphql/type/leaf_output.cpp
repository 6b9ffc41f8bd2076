// Result coercion of leaves (3.5 "Result Coercion", 6.4.3 CoerceResult): what a store holds becomes what the type promises.
#include <fmt/format.h>

#include <cmath>

#include "base/json/canonical.hpp"
#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/inspect.hpp"
#include "graphql/type/leaf_words.hpp"

namespace millrace::graphql {
namespace {

using json::Kind;

/// The number that a stored string spells, blanks around it allowed; empty when it spells none.
std::string_view number_in(std::string_view quoted) {
  std::string_view text = quoted.substr(1, quoted.size() - 2);
  std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  text = text.substr(first, text.find_last_not_of(' ') - first + 1);
  auto document = json::parse(text);
  return document && document->root().is(Kind::number) ? text : std::string_view{};
}

LeafResult append_int_output(std::string& out, const Type& type, std::string_view value) {
  switch (json::kind_of(value)) {
    case Kind::number: return append_int(out, value, value);
    case Kind::boolean: out += value == "true" ? '1' : '0'; return {};
    case Kind::string:
      if (std::string_view number = number_in(value); !number.empty()) return append_int(out, number, value);
      [[fallthrough]];
    default: return std::unexpected(not_this_scalar(type, inspect(value)));
  }
}

LeafResult append_float_output(std::string& out, const Type& type, std::string_view value) {
  switch (json::kind_of(value)) {
    case Kind::number: return append_float(out, value, value);
    case Kind::boolean: out += value == "true" ? '1' : '0'; return {};
    case Kind::string:
      if (std::string_view number = number_in(value); !number.empty()) return append_float(out, number, value);
      [[fallthrough]];
    default: return std::unexpected(not_this_scalar(type, inspect(value)));
  }
}

LeafResult append_string_output(std::string& out, const Type& type, std::string_view value) {
  switch (json::kind_of(value)) {
    case Kind::string: out += value; return {};
    case Kind::number:
    case Kind::boolean: out.append(1, '"').append(value).append(1, '"'); return {};
    default: return std::unexpected(fmt::format("{} cannot represent value: {}", type.name, inspect(value)));
  }
}

LeafResult append_boolean_output(std::string& out, const Type& type, std::string_view value) {
  switch (json::kind_of(value)) {
    case Kind::boolean: out += value; return {};
    case Kind::number: out += json::compare_numbers(value, "0") == std::strong_ordering::equal ? "false" : "true"; return {};
    default: return std::unexpected(not_this_scalar(type, inspect(value)));
  }
}

LeafResult append_id_output(std::string& out, const Type& type, std::string_view value) {
  if (json::kind_of(value) == Kind::string) {
    out += value;
    return {};
  }
  if (json::kind_of(value) != Kind::number || !json::is_whole(value)) return std::unexpected(not_this_scalar(type, inspect(value)));
  bool is_plain = value.find_first_of(".eE") == std::string_view::npos;
  std::optional<std::int64_t> integer = is_plain ? std::nullopt : json::integer(value);
  out.append(1, '"').append(integer ? std::to_string(*integer) : std::string(value)).append(1, '"');
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
