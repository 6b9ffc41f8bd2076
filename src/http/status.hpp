// Error to status and problem document: the only place where an error's kind becomes an HTTP status.
#pragma once

#include "base/error.hpp"
#include "http/message.hpp"

namespace millrace::http {

int status_of(ErrorKind kind);

/// The reason phrase of a status (RFC 9110, section 15).
std::string_view reason(int status);

/// RFC 9457: application/problem+json with type, title, status, code, `error` (the message), hint and `errors` (the details).
/// Adds Retry-After for overload and unavailability.
Response problem(const Error& error);

/// The same for a status that has no kind of its own, such as 405.
Response problem(int status, const Error& error);

}  // namespace millrace::http
