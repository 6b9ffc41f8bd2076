// The parameters of GraphQL requests, from a query string or a JSON body.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json/document.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

namespace millrace::graph {

/// `variables` points into the Asked that it belongs to.
struct Parameters {
  std::string query;
  std::optional<std::string> operation_name;
  std::optional<json::Value> variables;
  std::string begin = {};  // `after` of the request's extensions: where a subscription is to begin
};

/// The parameters in a JSON object. Error "graphql.request".
Result<Parameters> read_parameters(json::Value object);

/// What an HTTP request asks: one GraphQL request, or a batch of them where each may be wrong by itself. Movable.
struct Asked {
  std::vector<Result<Parameters>> requests;
  bool is_batch = false;

  std::unique_ptr<std::string> variables_text = {};  // of a query string
  std::unique_ptr<json::Document> document = {};     // the body, or the variables of a query string
};

/// Reads GET's query string or POST's body; an array is a batch of at most `batch_max` requests. Errors: "graphql.request" (400) for what
/// is no well-formed GraphQL request, "graphql.batch" (400) for a batch that is not allowed, "http.media_type" (415), JSON's own. The
/// request's body must outlive what was read.
Result<Asked> read_parameters(const http::Request& request, std::size_t batch_max);

}  // namespace millrace::graph
