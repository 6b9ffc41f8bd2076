// What a webhook's answer makes of the events that it was sent.
#pragma once

#include <cstddef>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "processing/transform.hpp"

namespace millrace::transform {

/// One for each of `count` events:
///
///   204, or an empty 2xx       results without anything of their own
///   2xx with JSON              an array of `count` results in order, or the object itself where one event was sent; null is as 204
///   408, 425, 429, 5xx         a retry, no sooner than Retry-After says; so are time-outs and servers that are not reached
///   anything else              failed
std::vector<processing::Transformed> read_webhook_answer(const Result<http::Response>& answer, std::size_t count, bool is_array,
                                                         Instant now);

}  // namespace millrace::transform
