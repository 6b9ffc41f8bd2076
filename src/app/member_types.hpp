// Which members documents of an entity have, and whether an argument's values can be those of a member.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "document/filter.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::app {

/// "RawEvent" and "rawEvent" as "raw_event".
std::string snake_case(std::string_view name);

/// "RawEvents" of "RawEvent", "flies" of "fly".
std::string plural(std::string_view name);

/// Whether documents of the entity may have the member: a field of the type, or the key of one of its relations.
bool is_member(const graphql::Type& entity, std::string_view name);

/// The members that a list can be ordered by: the id, fields, and keys of relations.
std::vector<std::string> ordered_members(const graphql::Type& entity);

/// "id", or the member of the payload.
document::FieldPath member_path(std::string_view member);

/// Why values of the argument's type can never meet the member in this comparison; empty when they can.
std::string misfit(const graphql::TypeRef& argument, const graphql::Type& entity, std::string_view member, document::Comparison comparison);

/// Why a value of the input's type cannot be stored as the member; empty when it can, or nobody knows.
std::string misfit_stored(const graphql::TypeRef& input, const graphql::Type& entity, std::string_view member);

}  // namespace millrace::app
