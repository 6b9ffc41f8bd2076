// Many documents in one request, `/bulk` below an entity's path: created all or nothing, or each for itself.
//
// A body of any size is read as it comes in, and an answer of any size is sent as the client takes it: memory holds a part of either.
#pragma once

#include "base/task.hpp"
#include "http/message.hpp"
#include "rest/resource.hpp"

namespace millrace::rest {

/// POST /bulk: all or nothing. Answers 201 with the documents in order. What is read waits in a spool, and is committed when all of it has
/// come and is right; else nothing is stored, and 422 lists what is wrong with the items, up to a number.
Task<http::Response> bulk_create(const ResourceOptions& options, const http::Request& request);

/// POST /bulk?partial=true: answers 200 with a result per item, in order. Items are stored as they come. When the body itself breaks off or
/// breaks its form, the last result says so, and nothing behind it was read.
Task<http::Response> bulk_create_partial(const ResourceOptions& options, const http::Request& request);

}  // namespace millrace::rest
