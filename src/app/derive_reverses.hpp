// Reverse relations: where a document names another by its id, that one has a list of all that name it.
#pragma once

#include <deque>
#include <vector>

#include "app/unified_model.hpp"

namespace millrace::app {

/// Whether a relation follows a key of its own to one document, by that one's id.
bool is_foreign_key(const Model& model, const GraphletteModel& graphlette, const RelationModel& relation);

/// Adds to the composed types a field for each relation from a member's entity, by a key of its own, to one document by its id. It is
/// called as the entity in the plural (`RawEvent.processedEvents`); a further one to the same type is called after its relation as well
/// (`processedEventsByParentEvent`). A field that is there already stands. The fields take the arguments of lists.
void add_reverse_fields(const Model& model, UnifiedModel& unified, std::deque<graphql::Type>& types);

/// Derives what each of these fields asks, and has their keys indexed. Requires: the unified schema is built.
void derive_reverses(Model& model, UnifiedModel& unified, std::vector<Problem>& problems);

}  // namespace millrace::app
