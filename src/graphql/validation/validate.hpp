// Validation of a request document against a schema (specification section 5), in graphql-js's order and words.
#pragma once

#include <memory>
#include <vector>

#include "graphql/language/ast.hpp"
#include "graphql/language/source.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {

struct ValidationOptions {
  std::size_t errors_max = 100;           // then "Too many validation errors, error limit reached. Validation aborted."
  std::size_t depth_max = 500;            // nested selection sets, fragments followed: who executes the document may recurse on it
  std::size_t aliases_max = SIZE_MAX;     // of one operation, those of a fragment counted wherever it is spread
  std::size_t comparisons_max = 500'000;  // of fields that may conflict, as graphql-js counts them; then "Validation aborted."
  std::size_t fields_max = SIZE_MAX;      // the same
};

/// Every error of every rule; empty when the document may be executed. A document that exceeds a limit of the options is looked at no
/// further: the one error has the code graphql.depth, graphql.aliases or graphql.fields. Work is bounded whatever the document says: rules
/// that compare fields or follow fragments have a budget, and where it ends the last error is "Validation aborted.", as with graphql-js.
std::vector<GraphqlError> validate(const Schema& schema, const Document& document, ValidationOptions options = {});

}  // namespace millrace::graphql
