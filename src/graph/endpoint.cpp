#include "graph/endpoint.hpp"

#include <algorithm>
#include <charconv>

#include "base/json/canonical.hpp"
#include "federation/remote/target.hpp"
#include "graph/event_stream.hpp"
#include "http/media_range.hpp"
#include "http/status.hpp"

namespace millrace::graph {
namespace {

/// The instant to read at, for whoever can say it nowhere else: a gateway asks by arguments of its own.
constexpr std::string_view kAtHeader = "Millrace-At";

constexpr std::string_view kMethods = "GET, HEAD, POST, OPTIONS";

constexpr std::string_view kEvents = "text/event-stream";

using Outcome = graphql::EngineResponse::Outcome;

std::optional<EndpointFormat> format_of(std::string_view accept, bool offers_page) {
  constexpr std::string_view kJson = "application/json";
  constexpr std::string_view kResponse = "application/graphql-response+json";
  const auto found = offers_page ? http::preferred_media_type(accept, {kJson, kResponse, kEvents, "text/html"})
                                 : http::preferred_media_type(accept, {kJson, kResponse, kEvents});
  return found ? std::optional(static_cast<EndpointFormat>(*found)) : std::nullopt;
}

/// An Error as a response of its own: the only place where one becomes an entry of "errors".
std::string error_body(const Error& error) {
  std::string body = "{\"errors\":[{\"message\":";
  json::append_string(body, error.hint.empty() ? error.message : error.message + ' ' + error.hint);
  body += ",\"extensions\":{\"code\":";
  json::append_string(body, error.code);
  return body + "}}]}";
}

http::Response respond(int status, EndpointFormat format, std::string body) {
  http::Response response{status, {}, std::move(body)};
  response.add("Content-Type",
               format == EndpointFormat::json ? "application/json; charset=utf-8" : "application/graphql-response+json; charset=utf-8");
  static const std::string vary = fmt::format("Accept, {}", kAtHeader);
  response.add("Vary", vary);
  return response;
}

http::Response respond_events(std::string body) {
  http::Response response{.body = std::move(body)};
  response.add("Content-Type", kEvents).add("Cache-Control", "no-cache, no-transform").add("X-Accel-Buffering", "no");
  return std::move(response.add("Vary", "Accept"));
}

http::Response method_not_allowed() {
  Error error{ErrorKind::invalid_argument, "http.method", "GraphQL is asked by GET and POST."};
  http::Response response = http::problem(405, error);
  response.add("Allow", kMethods);
  return response;
}

http::Response not_acceptable() {
  return http::problem(406, {ErrorKind::invalid_argument, "http.not_acceptable", "The Accept header takes no media type that is sent here.",
                             "Accept application/graphql-response+json or application/json."});
}

http::Response options_response() {
  http::Response response{.status = 204};
  response.add("Allow", kMethods);
  return response;
}

/// GraphQL over HTTP, "Status codes": with the older media type a well-formed request that fails is 200.
int status_of(Outcome outcome, EndpointFormat format) {
  switch (outcome) {
    case Outcome::executed: return 200;
    case Outcome::request_error: return format == EndpointFormat::json ? 200 : 400;
    case Outcome::not_a_query: return 405;
    case Outcome::timed_out: return format == EndpointFormat::json ? 200 : 504;
  }
  return 500;
}

graphql::Caller caller_of(const http::Request& request) {
  graphql::Caller caller{std::string(request.header("authorization")), request.trace};
  caller.principal = request.principal;
  caller.address = request.remote;
  const std::string_view hops = request.header(federation::kHopsHeader);
  std::from_chars(hops.data(), hops.data() + hops.size(), caller.hops);
  if (const std::string_view at = request.header(kAtHeader); !at.empty()) {
    const bool is_number = std::ranges::all_of(at, [](char c) { return c >= '0' && c <= '9'; });
    caller.arguments.emplace_back("at", is_number ? std::string(at) : json::quoted(at));
  }
  return caller;
}

graphql::EngineRequest engine_request(const Parameters& parameters, bool queries_only, graphql::Caller caller) {
  return {.query = parameters.query,
          .operation_name = parameters.operation_name,
          .variables = parameters.variables ? &*parameters.variables : nullptr,
          .queries_only = queries_only,
          .caller = std::move(caller),
          .begin = parameters.begin};
}

}  // namespace

bool Endpoint::is_open(const http::Request& request) const {
  const bool is_read = request.method == http::Method::get || request.method == http::Method::head;
  if (!is_read) return false;
  return http::asks_for_web_socket(request) || format_of(request.header("accept"), options_.page) == EndpointFormat::page;
}

Task<http::Response> Endpoint::handle(const http::Request& request) {
  const bool is_get = request.method == http::Method::get || request.method == http::Method::head;
  if (request.method == http::Method::options) co_return options_response();
  if (!is_get && request.method != http::Method::post) co_return method_not_allowed();
  if (http::asks_for_web_socket(request)) co_return begin_session(engine_, request, caller_of(request), options_.session);
  const auto format = format_of(request.header("accept"), is_get && options_.page);
  if (!format) co_return not_acceptable();
  if (*format == EndpointFormat::page) {
    auto page = co_await options_.page->handle(request);
    if (page) page->add("Vary", "Accept");
    co_return page;
  }
  auto asked = read_parameters(request, options_.batch_max);
  if (!asked) co_return respond(http::status_of(asked.error().kind), *format, error_body(asked.error()));
  if (asked->is_batch) {
    auto body = co_await answer_batch(*asked, caller_of(request));
    if (!body) co_return std::unexpected(std::move(body).error());
    co_return respond(200, *format, *std::move(body));
  }
  Parameters& parameters = *asked->requests.front();
  if (const std::string_view id = request.header("last-event-id"); !id.empty()) parameters.begin = id;
  const graphql::EngineRequest asking = engine_request(parameters, is_get, caller_of(request));
  const bool takes_events = *format == EndpointFormat::events || request.header("accept").contains(kEvents);
  Task<http::Response> answering = takes_events && engine_.subscribes(asking) ? answer_subscription(asking) : answer_one(asking, *format);
  auto response = co_await std::move(answering);
  if (!response) co_return respond(http::status_of(response.error().kind), *format, error_body(response.error()));
  co_return response;
}

Task<http::Response> Endpoint::answer_one(graphql::EngineRequest asking, EndpointFormat format) {
  CO_TRY(auto answered, co_await engine_.execute(std::move(asking)));
  const bool is_refused = answered.outcome == Outcome::not_a_query;
  if (format == EndpointFormat::events && !is_refused) co_return respond_events(single_event(answered.body));
  http::Response response = respond(status_of(answered.outcome, format), format, std::move(answered.body));
  response.only_reads = answered.only_reads;
  if (is_refused) response.add("Allow", "POST");
  co_return response;
}

Task<http::Response> Endpoint::answer_subscription(graphql::EngineRequest asking) {
  CO_TRY(auto subscribed, co_await engine_.subscribe(std::move(asking)));
  http::Response response = respond_events(subscribed.subscription ? std::string() : single_event(subscribed.refusal.body));
  response.is_feed = subscribed.subscription != nullptr;
  if (subscribed.subscription) response.stream = make_event_stream(std::move(subscribed.subscription));
  co_return response;
}

Task<std::string> Endpoint::answer_batch(const Asked& asked, graphql::Caller caller) {
  std::string body = "[";
  for (const Result<Parameters>& parameters : asked.requests) {
    if (body.size() > 1) body += ',';
    if (!parameters) {
      body += error_body(parameters.error());
      continue;
    }
    auto answered = co_await engine_.execute(engine_request(*parameters, false, caller));
    body += answered ? answered->body : error_body(answered.error());
  }
  co_return body + "]";
}

}  // namespace millrace::graph
