// The field `lifecycle` of the unified schema's types.
#pragma once

#include <deque>

#include "app/unified_model.hpp"

namespace millrace::app {

/// Adds it to each entity's type that processors read from or others refer to, unless the type has such a field or the schema has the
/// types that it would bring. Requires: references are derived; members and types are there.
void add_lifecycle_fields(const Model& model, UnifiedModel& unified, std::deque<graphql::Type>& types);

}  // namespace millrace::app
