// Who asks and who writes, of a request.
#pragma once

#include <string>

#include "base/author.hpp"
#include "document/store.hpp"
#include "http/message.hpp"

namespace millrace::rest {

/// As document::Append takes it.
inline std::string author_of(const http::Request& request) {
  return to_text({.principal = request.principal.get(), .address = request.remote, .trace = request.trace});
}

/// Requires: the request and the author's text outlive the append.
inline void sign(document::Append& append, const http::Request& request, std::string_view author) {
  append.principal = request.principal.get();
  append.author = author;
  append.trace = &request.trace;
}

/// What who asks sees of what is newest. It ends with the request.
inline document::View view_of(const http::Request& request) {
  return {.principal = request.principal.get(), .origin = {request.remote, &request.trace}};
}

/// The same for what goes on when the request has ended.
inline document::Asker asker_of(const http::Request& request) {
  return {.principal = request.principal, .address = std::string(request.remote), .trace = request.trace};
}

}  // namespace millrace::rest
