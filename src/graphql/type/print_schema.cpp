#include "graphql/type/print_schema.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graphql/language/parser.hpp"
#include "graphql/type/built_in.hpp"

namespace millrace::graphql {
namespace {

/// A description stands above what it describes; inside of braces a blank line sets it off, but for the first.
std::string description_lines(const std::optional<std::string>& description, std::string_view indentation, bool is_first) {
  if (!description) return {};
  std::string lines = !indentation.empty() && !is_first ? "\n" : "";
  lines += indentation;
  for (const char c : print_string(*description, true)) {
    lines += c;
    if (c == '\n') lines += indentation;
  }
  return lines += '\n';
}

std::string deprecated(const std::optional<std::string>& reason) {
  if (!reason) return {};
  return *reason == kDefaultDeprecation ? " @deprecated" : fmt::format(" @deprecated(reason: {})", print_string(*reason));
}

std::string input_value(const InputValue& value) {
  return fmt::format("{}: {}{}{}", value.name, value.type.to_string(), value.default_literal ? " = " + *value.default_literal : "",
                     deprecated(value.deprecation));
}

/// `parts` printed one a line, each below its description.
template <class Part, class Print>
std::string lines_of(const std::vector<Part>& parts, const std::string& indentation, Print print) {
  std::string lines;
  for (const Part& part : parts)
    lines += fmt::format("{}{}{}{}", lines.empty() ? "" : "\n", description_lines(part.description, indentation, lines.empty()),
                         indentation, print(part));
  return lines;
}

std::string arguments(const std::vector<InputValue>& all, const std::string& indentation) {
  if (all.empty()) return {};
  if (std::ranges::any_of(all, [](const InputValue& argument) { return argument.description.has_value(); }))
    return fmt::format("(\n{}\n{})", lines_of(all, indentation + "  ", input_value), indentation);
  std::string line;
  for (const InputValue& argument : all) line.append(line.empty() ? "" : ", ").append(input_value(argument));
  return "(" + line + ")";
}

std::string field_line(const Field& field) {
  return fmt::format("{}{}: {}{}", field.name, arguments(field.arguments, "  "), field.type.to_string(), deprecated(field.deprecation));
}

std::string block(const std::string& lines) {
  return lines.empty() ? std::string() : " {\n" + lines + "\n}";
}

std::string names(std::string_view before, const std::vector<const Type*>& types, std::string_view between) {
  std::string text;
  for (const Type* type : types) text.append(text.empty() ? before : between).append(type->name);
  return text;
}

std::string with_blank(const std::string& directives) {
  return directives.empty() ? std::string() : ' ' + directives;
}

std::string definition(const Type& type, const AppliedDirectives& applied) {
  const auto field = [&](const Field& one) { return field_line(one) + (applied.field ? with_blank(applied.field(one)) : std::string()); };
  switch (type.kind) {
    case TypeKind::scalar:
      return fmt::format("scalar {}{}", type.name,
                         type.specified_by ? fmt::format(" @specifiedBy(url: {})", print_string(*type.specified_by)) : "");
    case TypeKind::object:
    case TypeKind::interface:
      return fmt::format("{} {}{}{}{}", type.kind == TypeKind::object ? "type" : "interface", type.name,
                         names(" implements ", type.interfaces, " & "), with_blank(applied.type),
                         block(lines_of(type.fields, "  ", field)));
    case TypeKind::union_: return fmt::format("union {}{}", type.name, names(" = ", type.possible, " | "));
    case TypeKind::enumeration:
      return fmt::format(
          "enum {}{}", type.name,
          block(lines_of(type.values, "  ", [](const EnumValue& value) { return value.name + deprecated(value.deprecation); })));
    case TypeKind::input_object:
      return fmt::format("input {}{}{}", type.name, type.one_of ? " @oneOf" : "", block(lines_of(type.input_fields, "  ", input_value)));
  }
  return {};
}

}  // namespace

std::string print_roots(const Schema& schema) {
  bool are_usual = !schema.description();
  std::string lines;
  const auto add = [&](const Type* root, std::string_view operation, std::string_view usual) {
    // A type that is called so but is no root has to be told from one.
    are_usual &= root == nullptr ? schema.type(usual) == nullptr : root->name == usual;
    if (root != nullptr) lines += fmt::format("{}  {}: {}", lines.empty() ? "" : "\n", operation, root->name);
  };
  add(schema.query(), "query", "Query");
  add(schema.mutation(), "mutation", "Mutation");
  add(schema.subscription(), "subscription", "Subscription");
  if (are_usual || lines.empty()) return {};
  return description_lines(schema.description(), "", true) + "schema" + block(lines);
}

std::string print_type(const Type& type, const AppliedDirectives& applied) {
  return description_lines(type.description, "", true) + definition(type, applied);
}

std::string print_directive(const DirectiveType& directive) {
  return fmt::format("{}directive @{}{}{}{} on {}", description_lines(directive.description, "", true), directive.name,
                     arguments(directive.arguments, ""), deprecated(directive.deprecation), directive.repeatable ? " repeatable" : "",
                     fmt::join(directive.locations, " | "));
}

std::string print_schema(const Schema& schema) {
  std::string text = print_roots(schema);
  const auto add = [&text](const std::string& part) { text.append(text.empty() ? "" : "\n\n").append(part); };
  for (const DirectiveType& directive : schema.directives())
    if (!is_specified_directive(directive.name)) add(print_directive(directive));
  for (const Type& type : schema.types())
    if (!is_specified_type(type.name) && !type.name.starts_with("__")) add(print_type(type));
  return text;
}

}  // namespace millrace::graphql
