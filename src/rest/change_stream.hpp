// A change feed as a body that is written as long as somebody reads it: NDJSON, or server-sent events.
//
// NDJSON:  {"position":7,"id":"a","version":1,"recorded_at":"...","deleted":false,"document":{...},"author":{...}}   one version a line
//          {"position":9}                                             how far has been read: at the end, and now and then
// SSE:     id: 7 <newline> data: {"position":7,...}                   one version an event
//          : <newline> id: 9                                          the same as a comment, which moves Last-Event-ID on
//          event: position <newline> id: 9 <newline> data: {"position":9}     at the end of a snapshot, and of the stream
//
// Lines of a snapshot have "snapshot":true as their last member and no event id: who is cut within it begins anew.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "document/feed.hpp"
#include "document/filter.hpp"
#include "http/message.hpp"

namespace millrace::rest {

struct ChangesAsked {
  bool is_sse = false;
  bool follows = false;                             // goes on at the end of what is there
  std::chrono::milliseconds wait{};                 // without `follows`: for something to come where there is nothing
  std::size_t limit = SIZE_MAX;                     // versions; not those of the snapshot
  document::Position end = 0;                       // what is there
  std::optional<document::Position> snapshot = {};  // its newest position: first the documents as they are there
  document::Filter filter = {};
  std::chrono::milliseconds heartbeat{15'000};  // something is said at least so often
  document::Asker asker = {};                   // of the snapshot
};

/// The follower stands where the changes begin. The feed must outlive the stream.
std::unique_ptr<http::BodyStream> make_change_stream(document::Feed& feed, document::Follower follower, ChangesAsked asked);

}  // namespace millrace::rest
