// From a request's text to the plan that answers it, made once and then found.
#pragma once

#include <expected>
#include <memory>
#include <string_view>

#include "graphql/execution/engine_options.hpp"
#include "graphql/execution/introspection.hpp"
#include "graphql/execution/prepared.hpp"

namespace millrace::graphql {

/// Any thread.
class Preparer {
 public:
  /// All must outlive it.
  Preparer(const Schema& schema, const Bindings& bindings, const EngineOptions& options);

  /// The document, kept for the next time; or why it must not be executed. A text that is refused is not copied.
  std::expected<std::shared_ptr<Prepared>, std::vector<GraphqlError>> prepare(std::string_view text);

  /// The plan for an operation of the document. The error has the code graphql.fields or graphql.cost.
  std::expected<std::shared_ptr<const Plan>, GraphqlError> plan(Prepared& prepared, const OperationDefinition& operation,
                                                                const Variables& variables);

  const PreparedCache& cache() const { return cache_; }

 private:
  std::vector<GraphqlError> errors_of(std::string_view text) const;
  std::shared_ptr<const Plan> find_or_make(Prepared& prepared, const OperationDefinition& operation, const Variables& variables);

  const Schema& schema_;
  const Bindings& bindings_;
  const EngineOptions& options_;
  const Introspection introspection_;
  PreparedCache cache_;
};

}  // namespace millrace::graphql
