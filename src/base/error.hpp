// What can go wrong, as a value.
//
// Every fallible function gives a Result (result.hpp) whose error is this type. It says what a client may know: it never carries what
// a database or the system said, which goes to the log. The kind becomes an HTTP status in http/status only, and the error becomes an
// entry of GraphQL's "errors" in graph/endpoint only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// The closed list of kinds. A caller decides by the kind what to do; a person reads the message.
enum class ErrorKind : unsigned char {
  invalid_argument,        // the request cannot be understood: 400
  unauthenticated,         // 401
  forbidden,               // 403
  not_found,               // 404
  conflict,                // it is there already, or another writer was first: 409
  precondition_failed,     // If-Match did not hold: 412
  too_large,               // over a configured limit: 413
  unsupported_media_type,  // 415
  unprocessable,           // understood, and breaks a rule of the schema or the store: 422
  overloaded,              // a bounded queue is full: 503 with Retry-After
  unavailable,             // a storage or service is away: 503
  timed_out,               // it took longer than its limit: 504
  internal,                // our own fault: 500
};

/// One violation among several, such as a JSON Schema keyword that failed at a place.
struct ErrorDetail {
  std::string path;     // JSON Pointer (RFC 6901) into the document, or file:line:column
  std::string keyword;  // the rule that was broken
  std::string message;  // one sentence
};

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string_view code;  // stable, listed in docs/ERRORS.md, never reused; points to a literal
  std::string message;    // one sentence for the client
  std::string hint = {};  // what to do instead; may be empty
  std::vector<ErrorDetail> details = {};
};

}  // namespace millrace
