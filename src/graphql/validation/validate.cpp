#include "graphql/validation/validate.hpp"

#include <fmt/format.h>

#include "graphql/validation/document_size.hpp"
#include "graphql/validation/rules/rules.hpp"
#include "graphql/validation/walker.hpp"

namespace millrace::graphql {

namespace {

std::optional<GraphqlError> exceeded_limit(const validation::DocumentSize& size, const ValidationOptions& options) {
  if (size.depth > options.depth_max)
    return GraphqlError{fmt::format("The selections are nested {} levels deep; the limit is {}. Ask for what lies deeper in a request of "
                                    "its own.",
                                    size.depth, options.depth_max),
                        {},
                        "graphql.depth"};
  if (size.aliases > options.aliases_max)
    return GraphqlError{fmt::format("The operation has {} aliases, fragments counted wherever they are spread; the limit is {}. Split it "
                                    "into several requests.",
                                    size.aliases, options.aliases_max),
                        {},
                        "graphql.aliases"};
  if (size.fields > options.fields_max)
    return GraphqlError{
        fmt::format("The operation selects {} fields, fragments counted wherever they are spread; the limit is {}. Split it "
                    "into several requests.",
                    size.fields, options.fields_max),
        {},
        "graphql.fields"};
  return std::nullopt;
}

}  // namespace

std::vector<GraphqlError> validate(const Schema& schema, const Document& document, ValidationOptions options) {
  validation::ErrorSink errors(document.source, options.errors_max);
  validation::Fragments fragments(document, errors);
  if (auto exceeded = exceeded_limit(validation::document_size(document, fragments), options)) return {*std::move(exceeded)};
  validation::VariableUsages variables(schema, document, fragments, errors);
  validation::Context context{schema, document, errors, fragments, variables, options.comparisons_max};
  validation::RuleSet rules(context);
  validation::add_specified_rules(rules);
  validation::Walker(context, rules).walk();
  return errors.take();
}

}  // namespace millrace::graphql
