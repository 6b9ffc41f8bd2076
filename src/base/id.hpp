// Document ids: UUIDv7 (RFC 9562, section 5.7) made here, and UUIDv5 (5.5) that follow from a name.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// A new UUIDv7, ordered by time within this thread. Any thread; no locks.
std::string make_uuid7();

/// The UUIDv5 of a name in a namespace (itself a UUID in text; the nil UUID when it is not one): the same in, the same out.
std::string make_uuid5(std::string_view name_space, std::string_view name);

}  // namespace millrace
