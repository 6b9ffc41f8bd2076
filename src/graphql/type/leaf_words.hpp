// What the coercions of leaves say and check alike, whether the value is a literal or JSON.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "graphql/type/schema.hpp"

namespace millrace::graphql {

using LeafResult = std::expected<void, std::string>;

/// Appends an Int; `shown` is the value as messages show it.
LeafResult append_int(std::string& out, double number, std::string_view shown);
/// Whether the text is what the scalar's strings must be: any, but of DateTime and Date.
bool is_in_form(ScalarKind scalar, std::string_view text);

/// Why the value is none of this scalar: a value of another kind, and for DateTime and Date a text of another form.
std::string not_this_scalar(const Type& type, std::string_view shown);
std::string no_such_enum_value(const Type& type, std::string_view name);
/// `non-string` or `non-enum`.
std::string not_an_enum_value(const Type& type, std::string_view what, std::string_view shown);

}  // namespace millrace::graphql
