// How members are named in what another server is asked for.
//
// A client's response keys go there as they are, so that the other server merges fields as this one does. Names that begin with _ are this
// side's own; a response key that begins so, or with the mark of such, gets the mark "c_" in front.
#pragma once

#include <string>
#include <string_view>

#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// What a response key is called there, and back.
std::string wire_key(std::string_view response_key);
std::string_view response_key(std::string_view wire_key);

/// A member of an object that a field below it is resolved by here. The type's name is in it, since two types may have one member with
/// different types, which no answer could hold under one name.
std::string wire_member(const Type& type, std::string_view member);
/// Whether such a member can be asked for: the type declares it, as a leaf whose arguments may be left out.
bool has_wire_member(const Type& type, std::string_view member);
/// Whether it is one of those, and no response key.
bool is_wire_member(std::string_view wire_key);

}  // namespace millrace::graphql
