// A client's operations over one WebSocket, as subscription_protocol has them: subscriptions, queries and mutations, side by side.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "graphql/execution/engine.hpp"
#include "http/message.hpp"

namespace millrace::graph {

struct SessionOptions {
  std::size_t operations_max = 100;                // of a connection at a time
  std::chrono::milliseconds init_timeout{10'000};  // for connection_init; then 4408
  std::chrono::milliseconds heartbeat{15'000};     // between pings; who says nothing at all between two of them is cut
};

/// The answer to a request that asks for a WebSocket. The engine must outlive its session.
http::Response begin_session(graphql::Engine& engine, const http::Request& request, graphql::Caller caller, const SessionOptions& options);

}  // namespace millrace::graph
