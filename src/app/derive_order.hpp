// The declared type of an `orderBy` argument, checked against the fields that there are: what it can say must fit one.
#pragma once

#include <optional>

#include "app/derive_arguments.hpp"
#include "federation/ordering.hpp"

namespace millrace::app {

/// The ordering that an argument named orderBy asks for; every value of an enum and field of an input object that fits nothing is reported.
std::optional<federation::Ordering> derive_order(const FieldContext& context, const graphql::Field& field,
                                                 const graphql::InputValue& argument);

}  // namespace millrace::app
