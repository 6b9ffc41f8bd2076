#include "http/cors.hpp"

#include <algorithm>

#include "http/characters.hpp"
#include "http/status.hpp"

namespace millrace::http {
namespace {

/// Whether a page of another site sent it, as browsers tell: newer ones in so many words, over TLS. A page cannot say otherwise.
bool is_from_another_site(const Request& request) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty()) return site == "cross-site" || site == "same-site";
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return false;
  const std::size_t scheme = origin.find("://");
  const std::string_view host = scheme == std::string_view::npos ? origin : origin.substr(scheme + 3);
  return !equal_ignoring_case(host, request.header("host")) && !equal_ignoring_case(host, request.header("x-forwarded-host"));
}

/// Whether a browser sends it without a preflight: a form could have sent the same (Fetch, section 4.1; "CORS-safelisted request-header").
bool is_sent_unasked(const Request& request) {
  const std::string type = media_type(request.header("content-type"));
  constexpr std::string_view kForms[] = {"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"};
  return request.method == Method::post && std::ranges::find(kForms, type) != std::end(kForms);
}

Task<Response> refuse_session() {
  co_return problem({ErrorKind::forbidden, "http.cross_site", "A page of another site may not open a WebSocket here.",
                     "Name its origin in `cors.origins`."});
}

Task<Response> refuse() {
  co_return problem({ErrorKind::forbidden, "http.cross_site", "A page of another site sent this without asking first by a preflight.",
                     "Let it send \"Content-Type: application/json\"."});
}

constexpr std::string_view kMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
bool is_preflight(const Request& request) {
  return request.method == Method::options && !request.header("origin").empty() && !request.header("access-control-request-method").empty();
}

/// The answer without leave, when it may be had by others: caches are not to mix them up.
Response& add_leave(Response& response, const CorsOptions& options, std::string_view origin) {
  if (options.allows_all) return response;
  if (!origin.empty() && options.allows(origin)) response.add("Access-Control-Allow-Origin", origin);
  return response.add("Vary", "Origin");
}

Task<Response> preflight(const Request& request, const CorsOptions& options) {
  Response response{.status = 204};
  add_leave(response, options, request.header("origin"));
  if (!options.allows(request.header("origin"))) co_return response;
  response.add("Access-Control-Allow-Methods", kMethods);
  // As asked for, since a `*` would leave out Authorization.
  const std::string_view headers = request.header("access-control-request-headers");
  if (!headers.empty()) response.add("Access-Control-Allow-Headers", headers);
  response.add("Access-Control-Max-Age", "86400").add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
  co_return response;
}

}  // namespace

bool CorsOptions::allows(std::string_view origin) const {
  return allows_all || std::ranges::find(origins, origin) != origins.end();
}

std::string cors_headers(const CorsOptions& options) {
  const std::string_view leave = options.allows_all ? "Access-Control-Allow-Origin: *\r\n" : "";
  return std::string(leave) +
         "Access-Control-Expose-Headers: Allow, ETag, Link, Location, Retry-After, Content-Length, X-Canonical-Id, X-Position, "
         "Idempotent-Replayed, traceparent\r\n";
}

Intake Cors::intake(const Request& head) const {
  return is_preflight(head) ? Intake{.under_overload = true} : behind_.intake(head);
}

Task<Response> Cors::handle(const Request& request) {
  if (is_preflight(request)) return preflight(request, options_);
  if (is_sent_unasked(request) && is_from_another_site(request)) return refuse();
  if (options_.allows_all) return behind_.handle(request);
  const bool is_strange = !options_.allows(request.header("origin")) && is_from_another_site(request);
  return asks_for_web_socket(request) && is_strange ? refuse_session() : with_leave(request);
}

Task<Response> Cors::with_leave(const Request& request) {
  auto response = co_await behind_.handle(request);
  if (!response) response = problem(response.error());
  add_leave(*response, options_, request.header("origin"));
  co_return response;
}

}  // namespace millrace::http
