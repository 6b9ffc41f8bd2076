#include "http/cors.hpp"

namespace millrace::http {
namespace {

constexpr std::string_view kMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
constexpr std::string_view kExposed =
    "Allow, ETag, Link, Location, Retry-After, Content-Length, X-Canonical-Id, X-Position, Idempotent-Replayed, traceparent";

Response preflight(const Request& request) {
  Response response{.status = 204};
  response.add("Access-Control-Allow-Origin", "*").add("Access-Control-Allow-Methods", kMethods);
  // As asked for, since a `*` would leave out Authorization.
  const std::string_view headers = request.header("access-control-request-headers");
  if (!headers.empty()) response.add("Access-Control-Allow-Headers", headers);
  response.add("Access-Control-Max-Age", "86400").add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
  return response;
}

}  // namespace

Task<Response> Cors::handle(const Request& request) {
  // No coroutine for the requests of programs: the way to their handler costs nothing.
  return request.header("origin").empty() ? behind_.handle(request) : handle_page(request);
}

Task<Response> Cors::handle_page(const Request& request) {
  if (request.method == Method::options && !request.header("access-control-request-method").empty()) co_return preflight(request);
  auto response = co_await behind_.handle(request);
  if (response) response->add("Access-Control-Allow-Origin", "*").add("Access-Control-Expose-Headers", kExposed);
  co_return response;
}

}  // namespace millrace::http
