// The parameters of a GraphQL request, from a query string or a JSON body.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/json/document.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

namespace millrace::graph {

/// Movable; `variables` points into the document that it holds, and that into its text.
struct Parameters {
  std::string query;
  std::string operation_name;
  std::optional<json::Value> variables;

  std::unique_ptr<std::string> variables_text = {};  // of a query string
  std::unique_ptr<json::Document> document = {};     // the body, or the variables of a query string
};

/// Reads GET's query string or POST's body. Errors: "graphql.request" (400) for what is no well-formed GraphQL request,
/// "http.media_type" (415), JSON's own.
Result<Parameters> read_parameters(const http::Request& request);

}  // namespace millrace::graph
