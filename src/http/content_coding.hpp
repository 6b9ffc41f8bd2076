// Which answers go out as gzip, and what that means for their headers (RFC 9110, sections 8.4, 8.8.3 and 12.5.3).
//
// An entity tag names bytes, so the tag of a gzip answer is another: "3" becomes "3-gzip". A client may send back either: handlers see the
// tags that they gave.
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace millrace::http {

/// Turns the response into gzip where the client takes it and it pays: text of some size that is not coded yet. Says `Vary` either way.
void encode(Response& response, std::string_view accept_encoding);

/// Takes "-gzip" out of the tags in If-Match and If-None-Match; `storage` then holds the text of such headers, and must live as long as the
/// request. Whether there were any.
bool restore_tags(Request& request, std::string& storage);

/// Gives the tag of a 304 the form in which the client has it.
void mark_tag(Response& response);

}  // namespace millrace::http
