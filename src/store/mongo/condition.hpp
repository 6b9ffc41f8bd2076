// What of a filter MongoDB can be asked for: conditions that every match meets. What it gives is looked at again by document::matches.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "document/filter.hpp"
#include "store/mongo/bson.hpp"

namespace millrace::store::mongo {

/// The path as MongoDB writes it ("payload.a.b"); nothing where it would mean something else there.
std::optional<std::string> member_path(const document::FieldPath& path, std::string_view id_member = "_id");

/// The part of the filter that must hold and that means the same in MongoDB, as an array for $and; empty when there is none.
Bson conditions_of(const document::Filter& filter, document::Arguments arguments, std::string_view id_member);

}  // namespace millrace::store::mongo
