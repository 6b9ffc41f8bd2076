// Covariance of output types (3.6 IsValidImplementationFieldType).
#pragma once

#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// Whether every value of `type` is one of `super`.
bool is_subtype(const TypeRef& type, const TypeRef& super);

}  // namespace millrace::graphql
