#include "graphql/type/leaf_words.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/instant.hpp"
#include "base/problem.hpp"
#include "graphql/type/did_you_mean.hpp"
#include "graphql/type/inspect.hpp"

namespace millrace::graphql {
namespace {

std::string near_values(const Type& type, std::string_view name) {
  std::vector<std::string> names;
  for (const EnumValue& value : type.values) names.push_back(value.name);
  return did_you_mean(suggestions(name, names), "the enum value");
}

}  // namespace

LeafResult append_int(std::string& out, double number, std::string_view shown) {
  if (std::trunc(number) != number || std::isinf(number))
    return std::unexpected(fmt::format("Int cannot represent non-integer value: {}", brief(shown)));
  if (number < INT32_MIN || number > INT32_MAX)
    return std::unexpected(fmt::format("Int cannot represent non 32-bit signed integer value: {}", brief(shown)));
  out += fmt::format("{}", static_cast<std::int32_t>(number));
  return {};
}

bool is_in_form(ScalarKind scalar, std::string_view text) {
  switch (scalar) {
    case ScalarKind::date_time: return parse_rfc3339(text).has_value();
    case ScalarKind::date: return text.size() == 10 && parse_rfc3339(std::string(text) + "T00:00:00Z").has_value();
    default: return true;
  }
}

std::string not_this_scalar(const Type& type, std::string_view shown) {
  switch (type.scalar) {
    case ScalarKind::integer: return fmt::format("Int cannot represent non-integer value: {}", brief(shown));
    case ScalarKind::floating: return fmt::format("Float cannot represent non numeric value: {}", brief(shown));
    case ScalarKind::string: return fmt::format("String cannot represent a non string value: {}", brief(shown));
    case ScalarKind::boolean: return fmt::format("Boolean cannot represent a non boolean value: {}", brief(shown));
    case ScalarKind::date_time: return fmt::format("DateTime cannot represent a non RFC 3339 date-time value: {}", brief(shown));
    case ScalarKind::date: return fmt::format("Date cannot represent a non RFC 3339 full-date value: {}", brief(shown));
    default: return fmt::format("{} cannot represent value: {}", type.name, shown);
  }
}

std::string no_such_enum_value(const Type& type, std::string_view name) {
  return fmt::format("Value \"{}\" does not exist in \"{}\" enum.{}", brief(name), type.name, near_values(type, name));
}

std::string not_an_enum_value(const Type& type, std::string_view what, std::string_view shown) {
  return fmt::format("Enum \"{}\" cannot represent {} value: {}.{}", type.name, what, shown, near_values(type, shown));
}

}  // namespace millrace::graphql
