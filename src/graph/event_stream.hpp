// GraphQL over server-sent events, each operation on a connection of its own (the graphql-sse protocol, "distinct connections mode").
//
//   event: next                      event: complete                  :
//   id: 7                            data:                            id: 9
//   data: {"data":{...}}
//
// The id is the position to go on after: what a browser sends as Last-Event-ID. It comes with a comment where nothing happens for a while.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "graphql/execution/subscription.hpp"
#include "http/message.hpp"

namespace millrace::graph {

/// The responses of a subscription as they come. When the service ends it ends without `complete`, so that clients come again.
std::unique_ptr<http::BodyStream> make_event_stream(std::unique_ptr<graphql::Subscription> subscription);

/// The one response of another operation.
std::string single_event(std::string_view body);

}  // namespace millrace::graph
