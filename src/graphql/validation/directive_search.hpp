// Finding directives and arguments of a node by name.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "graphql/language/ast.hpp"

namespace millrace::graphql::validation {

/// The first directive of the name; null when there is none.
inline const Directive* find_directive(const NodeList<Directive>& directives, std::string_view name) {
  const auto found = std::ranges::find(directives, name, [](const Directive& directive) { return directive.name.text; });
  return found != directives.end() ? &*found : nullptr;
}

/// The value of the directive's first argument of the name; null when there is none.
inline const Value* find_argument(const Directive& directive, std::string_view name) {
  const auto found = std::ranges::find(directive.arguments, name, [](const Argument& argument) { return argument.name.text; });
  return found != directive.arguments.end() ? &found->value : nullptr;
}

}  // namespace millrace::graphql::validation
