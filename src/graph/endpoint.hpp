// GraphQL over HTTP (the GraphQL-over-HTTP specification): one endpoint for one engine.
#pragma once

#include <memory>

#include "graph/parameters.hpp"
#include "graph/subscription_session.hpp"
#include "graphql/execution/engine.hpp"
#include "http/message.hpp"

namespace millrace::graph {

struct EndpointOptions {
  std::size_t batch_max = 0;      // requests in one array; 0: arrays are refused
  http::Handler* page = nullptr;  // what a browser gets; outlives the endpoint
  SessionOptions session = {};    // of a WebSocket
};

/// What an answer is sent as; in the order in which they are offered.
enum class EndpointFormat : std::uint8_t { json, graphql_response, events, page };

class Endpoint : public http::Handler {
 public:
  /// The engine must outlive the endpoint.
  explicit Endpoint(graphql::Engine& engine, EndpointOptions options = {}) : engine_(engine), options_(options) {}

  /// Open are the page, and a WebSocket: its first message may bring credentials, and its session asks for them.
  bool is_open(const http::Request& request) const override;

  /// GET (queries only) and POST with application/json; answers application/graphql-response+json or application/json, whichever the client
  /// likes better, the latter when it does not say. A GET that likes text/html better than both gets the page. 406 "http.not_acceptable"
  /// when the client takes none of them.
  ///
  /// text/event-stream is GraphQL over SSE (event_stream.hpp): subscriptions are answered so wherever the header names it at all.
  ///
  /// A GET that asks for a WebSocket gets one, of the sub-protocol graphql-transport-ws (subscription_session.hpp).
  ///
  /// A batch is answered with 200 and an array of responses in the order of its requests, which run one after the other.
  Task<http::Response> handle(const http::Request& request) override;

 private:
  Task<http::Response> answer_one(graphql::EngineRequest asking, EndpointFormat format);
  Task<http::Response> answer_subscription(graphql::EngineRequest asking);
  Task<std::string> answer_batch(const Asked& asked, graphql::Caller caller);

  graphql::Engine& engine_;
  EndpointOptions options_;
};

}  // namespace millrace::graph
