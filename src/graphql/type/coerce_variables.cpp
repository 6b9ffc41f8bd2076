// 6.1.2 Coercing Variable Values.
#include <fmt/format.h>

#include "graphql/language/parser.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/literal_check.hpp"

namespace millrace::graphql {
namespace {

constexpr std::size_t kErrorsMax = 50;

class VariableCoercion {
 public:
  VariableCoercion(const Schema& schema, std::string_view source) : schema_(schema), source_(source) {}

  void add(const VariableDefinition& definition, const std::optional<json::Value>& given) {
    std::optional<TypeRef> type = schema_.resolve(definition.type);
    if (!type || !type->named->is_input())
      return report(definition.type, fmt::format("Variable \"${}\" expected value of type \"{}\" which cannot be used as an input type.",
                                                 definition.name.text, print(definition.type)));
    if (given) {
      add_given(definition, *type, *given);
    } else if (definition.default_value) {
      add_default(definition, *type);
    } else if (type->is_non_null()) {
      report(definition, fmt::format("Variable \"${}\" has invalid value: Expected a value of non-null type \"{}\" to be provided.",
                                     definition.name.text, type->to_string()));
    }
  }

  std::expected<Variables, std::vector<GraphqlError>> take() {
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    return std::move(variables_);
  }

 private:
  void add_given(const VariableDefinition& definition, const TypeRef& type, const json::Value& given) {
    auto coerced = coerce_json(given, type);
    if (coerced) {
      variables_.insert_or_assign(std::string(definition.name.text), *std::move(coerced));
      return;
    }
    for (const CoercionProblem& problem : coerced.error())
      report(definition,
             fmt::format("Variable \"${}\" has invalid value{}: {}", definition.name.text, at_path(problem.path), problem.message));
  }

  void add_default(const VariableDefinition& definition, const TypeRef& type) {
    if (auto coerced = coerce_literal(*definition.default_value, type, {})) {
      variables_.insert_or_assign(std::string(definition.name.text), *std::move(coerced));
      return;
    }
    for (const LiteralProblem& problem : literal_problems(*definition.default_value, TypeView(type)))
      report(definition,
             fmt::format("Variable \"${}\" has invalid default value{}: {}", definition.name.text, at_path(problem.path), problem.message));
  }

  void report(const Node& node, std::string message) {
    if (errors_.size() < kErrorsMax) {
      errors_.push_back({std::move(message), {location_at(source_, node.begin)}});
    } else if (errors_.size() == kErrorsMax) {
      errors_.push_back({"Too many errors processing variables, error limit reached. Execution aborted."});
    }
  }

  const Schema& schema_;
  std::string_view source_;
  Variables variables_;
  std::vector<GraphqlError> errors_;
};

}  // namespace

std::expected<Variables, std::vector<GraphqlError>> coerce_variables(const Schema& schema, const OperationDefinition& operation,
                                                                     const json::Value* provided, std::string_view source) {
  VariableCoercion coercion(schema, source);
  for (const VariableDefinition& definition : operation.variables)
    coercion.add(definition, provided == nullptr ? std::nullopt : provided->find(definition.name.text));
  return coercion.take();
}

}  // namespace millrace::graphql
