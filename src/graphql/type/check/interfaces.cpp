#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "graphql/type/check/schema_checks.hpp"
#include "graphql/type/check/subtype.hpp"

namespace millrace::graphql {
namespace {

/// 3.6 IsValidImplementation, for one type and one interface that it implements.
class ImplementationCheck {
 public:
  ImplementationCheck(const SchemaContext& context, const Type& type, const Type& interface)
      : context_(context), type_(type), interface_(interface) {}

  void run(const Name& name) {
    check_ancestors(name);
    for (const Field& expected : interface_.fields) {
      const Field* field = type_.field(expected.name);
      if (field == nullptr) {
        report(type_.begin,
               fmt::format("Interface field {} expected but {} does not provide it.", coordinate(interface_, expected), type_.name));
      } else {
        check_field(expected, *field);
      }
    }
  }

 private:
  void check_ancestors(const Name& name) {
    for (const Type* ancestor : interface_.interfaces) {
      if (std::ranges::find(type_.interfaces, ancestor) != type_.interfaces.end()) continue;
      report(name.begin,
             ancestor == &type_
                 ? fmt::format("Type {} cannot implement {} because it would create a circular reference.", type_.name, interface_.name)
                 : fmt::format("Type {} must implement {} because it is implemented by {}.", type_.name, ancestor->name, interface_.name));
    }
  }

  void check_field(const Field& expected, const Field& field) {
    const FieldDefinition& definition = *context_.definitions.field(type_.name, field.name);
    if (!is_subtype(field.type, expected.type))
      report(definition.type.begin, fmt::format("Interface field {} expects type {} but {} is type {}.", coordinate(interface_, expected),
                                                expected.type.to_string(), coordinate(type_, field), field.type.to_string()));
    for (const InputValue& argument : expected.arguments) check_expected_argument(expected, field, definition, argument);
    for (std::size_t i = 0; i < field.arguments.size(); ++i)
      if (field.arguments[i].is_required() && expected.argument(field.arguments[i].name) == nullptr)
        report(definition.arguments[i].begin,
               fmt::format("Argument \"{}\" must not be required type \"{}\" if not provided by the Interface field \"{}\".",
                           coordinate(type_, field, field.arguments[i]), field.arguments[i].type.to_string(),
                           coordinate(interface_, expected)));
    if (field.deprecation && !expected.deprecation) report_deprecation(expected, field, definition);
  }

  void check_expected_argument(const Field& expected, const Field& field, const FieldDefinition& definition, const InputValue& argument) {
    const InputValue* own = field.argument(argument.name);
    if (own == nullptr)
      return report(definition.begin, fmt::format("Interface field argument {} expected but {} does not provide it.",
                                                  coordinate(interface_, expected, argument), coordinate(type_, field)));
    if (own->type != argument.type)
      report(context_.definitions.argument(type_.name, field.name, own->name)->type.begin,
             fmt::format("Interface field argument {} expects type {} but {} is type {}.", coordinate(interface_, expected, argument),
                         argument.type.to_string(), coordinate(type_, field, *own), own->type.to_string()));
  }

  void report_deprecation(const Field& expected, const Field& field, const FieldDefinition& definition) {
    auto directive =
        std::ranges::find_if(definition.directives, [](const Directive& candidate) { return candidate.name.text == "deprecated"; });
    report(directive->begin, fmt::format("Interface field {} is not deprecated, so implementation field {} must not be deprecated.",
                                         coordinate(interface_, expected), coordinate(type_, field)));
  }

  static std::string coordinate(const Type& type, const Field& field) { return fmt::format("{}.{}", type.name, field.name); }
  static std::string coordinate(const Type& type, const Field& field, const InputValue& argument) {
    return fmt::format("{}.{}({}:)", type.name, field.name, argument.name);
  }
  void report(std::uint32_t offset, std::string message) { context_.report.report(offset, std::move(message)); }

  const SchemaContext& context_;
  const Type& type_;
  const Type& interface_;
};

void check_implementation(const SchemaContext& context, const Type& type, const Name& name, bool is_repeated) {
  const Type& interface = *context.schema.type(name.text);
  auto report = [&](std::string message) { context.report.report(name.begin, std::move(message)); };
  if (interface.kind != TypeKind::interface)
    return report(fmt::format("Type {} must only implement Interface types, it cannot implement {}.", type.name, interface.name));
  if (&interface == &type)
    return report(fmt::format("Type {} cannot implement itself because it would create a circular reference.", type.name));
  if (is_repeated) return report(fmt::format("Type {} can only implement {} once.", type.name, interface.name));
  ImplementationCheck(context, type, interface).run(name);
}

}  // namespace

/// 3.6.3, 3.7.1: what implements an interface has its fields, its arguments, and its own interfaces.
void check_interfaces(const SchemaContext& context) {
  for (const Type& type : context.schema.types()) {
    if (type.built_in) continue;
    std::unordered_set<std::string_view> seen;
    for (const TypeDefinition* part : context.definitions.type(type.name)->parts)
      for (const Name& name : part->interfaces) check_implementation(context, type, name, !seen.insert(name.text).second);
  }
}

}  // namespace millrace::graphql
