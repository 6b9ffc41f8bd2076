// What the server says, as our errors.
#pragma once

#include <string_view>

#include "base/error.hpp"

namespace millrace::store::postgres {

/// The error for an SQLSTATE; `function`: of the server's source that said it.
Error failure_of(std::string_view sql_state, std::string_view function = {});

/// What a client is told when the server cannot be reached.
Error unreachable();
/// The same, with a hint for whoever looks after the service.
Error no_answer();
/// What to do about what the server or libpq said, for whoever looks after the service; empty where that says it.
std::string_view way_out(std::string_view reason);
/// When it went away with an answer that cannot be found out.
Error unknown_outcome();

/// Whether the same statements may succeed when they are sent once more: the server was busy with others, or is going away.
bool is_transient(std::string_view sql_state);

}  // namespace millrace::store::postgres
