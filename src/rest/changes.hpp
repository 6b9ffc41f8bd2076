// The change feed of an entity over HTTP (specification section 7).
#pragma once

#include "http/message.hpp"
#include "rest/resource.hpp"

namespace millrace::rest {

/// `GET /changes`: NDJSON, or server-sent events where the client likes those better.
Task<http::Response> read_changes(const ResourceOptions& options, const Fields& fields, const http::Request& request);

}  // namespace millrace::rest
