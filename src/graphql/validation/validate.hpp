// Validation of a request document against a schema (specification section 5), in graphql-js's order and words.
#pragma once

#include <memory>
#include <vector>

#include "graphql/language/ast.hpp"
#include "graphql/language/source.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {

struct ValidationOptions {
  std::size_t errors_max = 100;  // then "Too many validation errors, error limit reached. Validation aborted."
};

/// Every error of every rule; empty when the document may be executed.
std::vector<GraphqlError> validate(const Schema& schema, const Document& document, ValidationOptions options = {});

}  // namespace millrace::graphql
