// Covariance of output types (3.6 IsValidImplementationFieldType).
#pragma once

#include "graphql/type/schema.hpp"
#include "graphql/type/type_view.hpp"

namespace millrace::graphql {

/// Whether every value of `type` is one of `super`.
bool is_subtype(const Type& type, const Type& super);
bool is_subtype(TypeView type, TypeView super);
bool is_subtype(const TypeRef& type, const TypeRef& super);

}  // namespace millrace::graphql
