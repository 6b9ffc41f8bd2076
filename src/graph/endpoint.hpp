// GraphQL over HTTP (the GraphQL-over-HTTP specification): one endpoint for one engine.
#pragma once

#include <memory>

#include "graphql/execution/engine.hpp"
#include "http/message.hpp"

namespace millrace::graph {

class Endpoint : public http::Handler {
 public:
  /// The engine must outlive the endpoint.
  explicit Endpoint(graphql::Engine& engine) : engine_(engine) {}

  /// GET (queries only) and POST with application/json; answers application/graphql-response+json where the client accepts it, else
  /// application/json.
  Task<http::Response> handle(const http::Request& request) override;

 private:
  graphql::Engine& engine_;
};

}  // namespace millrace::graph
