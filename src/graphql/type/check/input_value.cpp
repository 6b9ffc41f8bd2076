#include <fmt/format.h>

#include <algorithm>

#include "graphql/type/check/schema_checks.hpp"
#include "graphql/type/literal_check.hpp"

namespace millrace::graphql {
namespace {

std::uint32_t deprecation_place(const InputValueDefinition& definition) {
  auto found = std::ranges::find_if(definition.directives, [](const Directive& directive) { return directive.name.text == "deprecated"; });
  return found == definition.directives.end() ? definition.begin : found->begin;
}

}  // namespace

void check_input_value(const SchemaContext& context, const InputSite& site) {
  if (site.definition == nullptr) return;
  const InputValue& value = site.value;
  if (!value.type.named->is_input()) {
    context.report.report(site.definition->type.begin,
                          fmt::format("The type of {} must be Input Type but got: {}.", site.name, value.type.to_string()));
    return;
  }
  if (value.is_required() && value.deprecation)
    context.report.report(deprecation_place(*site.definition), fmt::format("Required {} {} cannot be deprecated.", site.kind, site.name));
  if (!site.definition->default_value) return;
  for (const LiteralProblem& problem : literal_problems(*site.definition->default_value, TypeView(value.type)))
    context.report.report(problem.begin, fmt::format("{} has invalid default value{}{}: {}", site.name, problem.path.empty() ? "" : " at ",
                                                     problem.path, problem.message));
}

}  // namespace millrace::graphql
