#include "http/cors.hpp"

namespace millrace::http {
namespace {

constexpr std::string_view kMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
bool is_preflight(const Request& request) {
  return request.method == Method::options && !request.header("origin").empty() && !request.header("access-control-request-method").empty();
}

Task<Response> preflight(const Request& request) {
  Response response{.status = 204};
  response.add("Access-Control-Allow-Methods", kMethods);
  // As asked for, since a `*` would leave out Authorization.
  const std::string_view headers = request.header("access-control-request-headers");
  if (!headers.empty()) response.add("Access-Control-Allow-Headers", headers);
  response.add("Access-Control-Max-Age", "86400").add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
  co_return response;
}

}  // namespace

const std::string_view kCorsHeaders =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Expose-Headers: Allow, ETag, Link, Location, Retry-After, Content-Length, X-Canonical-Id, X-Position, "
    "Idempotent-Replayed, traceparent\r\n";

Intake Cors::intake(const Request& head) const {
  return is_preflight(head) ? Intake{.under_overload = true} : behind_.intake(head);
}

Task<Response> Cors::handle(const Request& request) {
  return is_preflight(request) ? preflight(request) : behind_.handle(request);
}

}  // namespace millrace::http
