// Who wrote what a request writes.
#pragma once

#include <string>

#include "base/author.hpp"
#include "http/message.hpp"

namespace millrace::rest {

/// As document::Append takes it.
inline std::string author_of(const http::Request& request) {
  return to_text({.principal = request.principal.get(), .address = request.remote, .trace = request.trace});
}

}  // namespace millrace::rest
