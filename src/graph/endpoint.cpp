#include "graph/endpoint.hpp"

#include "base/json/canonical.hpp"
#include "graph/parameters.hpp"
#include "http/status.hpp"

namespace millrace::graph {
namespace {

constexpr std::string_view kResponseType = "application/graphql-response+json";

/// Which of the two media types the client takes first; the older one when it does not say.
bool wants_response_type(const http::Request& request) {
  std::string_view accept = request.header("accept");
  const std::size_t response = accept.find(kResponseType);
  const std::size_t plain = accept.find("application/json");
  return response != std::string_view::npos && response < plain;
}

/// An Error as a response of its own: the only place where one becomes an entry of "errors".
std::string error_body(const Error& error) {
  std::string body = "{\"errors\":[{\"message\":";
  json::append_string(body, error.hint.empty() ? error.message : error.message + ' ' + error.hint);
  body += ",\"extensions\":{\"code\":";
  json::append_string(body, error.code);
  return body + "}}]}";
}

http::Response respond(int status, bool response_type, std::string body) {
  http::Response response{status, {}, std::move(body)};
  response.add("Content-Type", response_type ? "application/graphql-response+json; charset=utf-8" : "application/json; charset=utf-8");
  return response;
}

http::Response method_not_allowed() {
  Error error{ErrorKind::invalid_argument, "http.method", "GraphQL is asked by GET and POST."};
  http::Response response = http::problem(405, error);
  response.add("Allow", "GET, HEAD, POST");
  return response;
}

/// GraphQL over HTTP, "Status codes": with the older media type a well-formed request that fails is 200.
int status_of(graphql::EngineResponse::Outcome outcome, bool response_type) {
  switch (outcome) {
    case graphql::EngineResponse::Outcome::executed: return 200;
    case graphql::EngineResponse::Outcome::request_error: return response_type ? 400 : 200;
    case graphql::EngineResponse::Outcome::not_a_query: return 405;
  }
  return 500;
}

}  // namespace

Task<http::Response> Endpoint::handle(const http::Request& request) {
  const bool is_get = request.method == http::Method::get || request.method == http::Method::head;
  if (!is_get && request.method != http::Method::post) co_return method_not_allowed();
  const bool response_type = wants_response_type(request);
  auto parameters = read_parameters(request);
  if (!parameters) co_return respond(http::status_of(parameters.error().kind), response_type, error_body(parameters.error()));
  graphql::EngineRequest asked{parameters->query, parameters->operation_name, parameters->variables ? &*parameters->variables : nullptr,
                               is_get};
  auto answered = co_await engine_.execute(asked);
  if (!answered) co_return respond(http::status_of(answered.error().kind), response_type, error_body(answered.error()));
  http::Response response = respond(status_of(answered->outcome, response_type), response_type, std::move(answered->body));
  if (answered->outcome == graphql::EngineResponse::Outcome::not_a_query) response.add("Allow", "POST");
  co_return response;
}

}  // namespace millrace::graph
