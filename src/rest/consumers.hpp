// Consumers over HTTP: workers claim versions of the feed, and say what became of them (src/consumers).
#pragma once

#include <string>

#include "consumers/consumers.hpp"
#include "rest/fields.hpp"
#include "rest/operations.hpp"
#include "rest/resource.hpp"

namespace millrace::rest {

/// Makes the filter of a consumer out of the text that is kept of it: a query string.
Result<document::Filter> make_consumer_filter(std::string_view text, const Fields& fields);

/// What a path below "consumers" names.
struct ConsumerPlace {
  std::string name;
  std::string position;  // of Target::release
};

struct ConsumerRequest {
  const ResourceOptions& options;
  const Fields& fields;
  consumers::Consumers& consumers;
  const http::Request& request;
};
/// Answers an operation on consumers. What it refers to lives until the call ends.
Task<http::Response> answer_consumers(ConsumerRequest asked, OperationId operation, ConsumerPlace place);

}  // namespace millrace::rest
