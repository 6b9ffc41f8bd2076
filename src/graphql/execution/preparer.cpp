#include "graphql/execution/preparer.hpp"

#include "graphql/execution/cost.hpp"

namespace millrace::graphql {

Preparer::Preparer(const Schema& schema, const Bindings& bindings, const EngineOptions& options)
    : schema_(schema), bindings_(bindings), options_(options), introspection_(schema), cache_(options_.cache_bytes_max) {}

std::expected<std::shared_ptr<Prepared>, std::vector<GraphqlError>> Preparer::prepare(std::string_view text) {
  const std::size_t hash = PreparedCache::hash_of(text);
  if (auto known = cache_.find(text, hash)) return known;
  if (auto errors = errors_of(text); !errors.empty()) return std::unexpected(std::move(errors));
  // Read again, into a tree that refers to a text of its own: a tenth of what validation costs.
  auto prepared = std::make_shared<Prepared>();
  prepared->text = text;
  prepared->hash = hash;
  prepared->document = *parse(prepared->text, options_.parse);
  return cache_.add(std::move(prepared));
}

std::vector<GraphqlError> Preparer::errors_of(std::string_view text) const {
  if (auto refused = too_many_tokens(text, options_.parse)) return {*std::move(refused)};
  const auto document = parse(text, options_.parse);
  if (!document) return {document.error()};
  return validate(schema_, *document, options_.validation);
}

std::expected<std::shared_ptr<const Plan>, GraphqlError> Preparer::plan(Prepared& prepared, const OperationDefinition& operation,
                                                                        const Variables& variables) {
  auto plan = find_or_make(prepared, operation, variables);
  if (plan == nullptr)
    return std::unexpected(GraphqlError{
        fmt::format("The operation's fields, over all types that they may apply to, are more than {}, the limit. Split it into "
                    "several requests.",
                    options_.plan_work_max),
        {},
        "graphql.fields"});
  if (const double cost = cost_of(*plan, variables); !(cost <= options_.cost_max))
    return std::unexpected(
        GraphqlError{fmt::format("The request is expected to cost {:.0f} (fields times the rows that they are asked of; a list without "
                                 "limit counts as {:.0f}); the limit is {:.0f}. Ask for fewer rows or fewer fields.",
                                 cost, options_.list_rows, options_.cost_max),
                     {},
                     "graphql.cost"});
  return plan;
}

/// Plans are made without a lock: two threads may make the same one, and the first is kept.
std::shared_ptr<const Plan> Preparer::find_or_make(Prepared& prepared, const OperationDefinition& operation, const Variables& variables) {
  std::string choice = prepared.plans.choice_of(prepared.document, operation, variables);
  if (auto known = prepared.plans.find(operation, choice)) return known;
  std::shared_ptr<const Plan> made = make_plan({schema_, prepared.document, operation, bindings_, introspection_.bindings(), variables,
                                                options_.inherited_arguments, options_.list_rows, options_.plan_work_max});
  if (made == nullptr) return nullptr;
  const std::ptrdiff_t grown = prepared.plans.add(operation, std::move(choice), made);
  if (grown != 0) cache_.grow(prepared, grown);
  return made;
}

}  // namespace millrace::graphql
