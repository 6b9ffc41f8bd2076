// A client's operations over one WebSocket, as subscription_protocol has them: subscriptions, queries and mutations, side by side.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "graphql/execution/engine.hpp"
#include "http/message.hpp"

namespace millrace::graph {

/// Who is behind the `Authorization` that the first message of a WebSocket brings; fails when nobody is. The caller, of the handshake,
/// stays.
using Identify = std::function<Task<std::shared_ptr<const Principal>>(std::string authorization, const graphql::Caller& caller)>;

struct SessionOptions {
  std::size_t operations_max = 100;                // of a connection at a time
  std::chrono::milliseconds init_timeout{10'000};  // for connection_init; then 4408
  std::chrono::milliseconds heartbeat{15'000};     // between pings; who says nothing at all between two of them is cut
  Identify identify = {};                          // none: credentials are not looked at
  bool needs_principal = false;                    // 4401 to whoever brings no credentials
};

/// The answer to a request that asks for a WebSocket. Browsers cannot send headers with one: the payload of its first message may bring the
/// credentials, as `{"Authorization": "..."}`, or that below `headers`. 4400 where there are two sets of them, in the message or besides
/// those of the handshake; 4403 where they are not accepted, and when they expire: clients come again then, with new ones. The engine must
/// outlive its session.
http::Response begin_session(graphql::Engine& engine, const http::Request& request, graphql::Caller caller, const SessionOptions& options);

}  // namespace millrace::graph
