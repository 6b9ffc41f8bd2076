// What the server says, as our errors.
#pragma once

#include <string_view>

#include "base/error.hpp"

namespace millrace::store::postgres {

/// The error for an SQLSTATE.
Error failure_of(std::string_view sql_state);

/// What a client is told when the server cannot be reached, and when it went away with an answer that cannot be found out.
Error unreachable();
Error unknown_outcome();

/// Whether the same statements may succeed when they are sent once more: the server was busy with others, or is going away.
bool is_transient(std::string_view sql_state);

}  // namespace millrace::store::postgres
