// What a version is as a message, the same for every broker: its body is the document as clients see it (nothing, of a tombstone); what
// surrounds it is in headers.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "processing/transform.hpp"

namespace millrace::sink {

inline constexpr std::string_view kPositionHeader = "millrace-position";

/// Name and value; the names end in a zero.
using Header = std::pair<std::string_view, std::string>;
std::array<Header, 6> headers_of(std::string_view entity, const processing::Event& event);

/// Empty for a tombstone.
std::string_view body_of(const processing::Event& event);

/// The same for the same version whenever it is sent, and no other's: "raw-events 17".
std::string message_id(std::string_view entity, document::Position position);
/// The position in such an id of that entity; 0: it is none.
document::Position position_in(std::string_view message_id, std::string_view entity);

}  // namespace millrace::sink
