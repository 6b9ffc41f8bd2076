// Many documents in one request, `/bulk` below an entity's path: created all or nothing, or each for itself.
#pragma once

#include "base/task.hpp"
#include "http/message.hpp"
#include "rest/resource.hpp"

namespace millrace::rest {

/// POST /bulk: all or nothing. Answers 201 with the documents in order.
Task<http::Response> bulk_create(const ResourceOptions& options, const http::Request& request);

/// POST /bulk?partial=true: answers 200 with a result per item, in order.
Task<http::Response> bulk_create_partial(const ResourceOptions& options, const http::Request& request);

}  // namespace millrace::rest
