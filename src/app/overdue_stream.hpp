// What is overdue, as a body that is written as long as somebody reads it: NDJSON, or server-sent events.
//
//   {"position":7,"id":"a","version":1,"recorded_at":"...","due":"...","outcome_at":null}     an event without an outcome in time
//   {"position":9}                                                                             how far has been looked
#pragma once

#include <chrono>
#include <memory>

#include "app/processors.hpp"
#include "http/message.hpp"

namespace millrace::app {

struct OverdueAsked {
  bool is_sse = false;
  bool follows = false;
  document::Position after = 0;
  std::chrono::milliseconds heartbeat{15'000};
};

/// The processors outlive it. Requires: the processor has a deadline.
std::unique_ptr<http::BodyStream> make_overdue_stream(Processors& processors, std::size_t processor, OverdueAsked asked);

}  // namespace millrace::app
