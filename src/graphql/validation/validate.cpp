#include "graphql/validation/validate.hpp"

#include <fmt/format.h>

#include "graphql/validation/nesting.hpp"
#include "graphql/validation/rules/rules.hpp"
#include "graphql/validation/walker.hpp"

namespace millrace::graphql {

std::vector<GraphqlError> validate(const Schema& schema, const Document& document, ValidationOptions options) {
  validation::ErrorSink errors(document.source, options.errors_max);
  validation::Fragments fragments(document, errors);
  if (validation::nesting(document, fragments) > options.depth_max) {
    errors.stop(fmt::format("Selections are nested more than {} levels deep. Validation aborted.", options.depth_max));
    return errors.take();
  }
  validation::VariableUsages variables(schema, document, fragments, errors);
  validation::Context context{schema, document, errors, fragments, variables};
  validation::RuleSet rules(context);
  validation::add_specified_rules(rules);
  validation::Walker(context, rules).walk();
  return errors.take();
}

}  // namespace millrace::graphql
