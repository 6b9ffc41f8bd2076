#include "graph/endpoint.hpp"

#include <algorithm>
#include <charconv>

#include "base/json/canonical.hpp"
#include "federation/remote/target.hpp"
#include "http/media_range.hpp"
#include "http/status.hpp"

namespace millrace::graph {
namespace {

/// The instant to read at, for whoever can say it nowhere else: a gateway asks by arguments of its own.
constexpr std::string_view kAtHeader = "Millrace-At";

constexpr std::string_view kMethods = "GET, HEAD, POST, OPTIONS";

using Outcome = graphql::EngineResponse::Outcome;

/// What the answer is sent as; in the order in which they are offered.
enum class Format : std::uint8_t { json, graphql_response, page };

std::optional<Format> format_of(std::string_view accept, bool offers_page) {
  constexpr std::string_view kJson = "application/json";
  constexpr std::string_view kResponse = "application/graphql-response+json";
  const auto found = offers_page ? http::preferred_media_type(accept, {kJson, kResponse, "text/html"})
                                 : http::preferred_media_type(accept, {kJson, kResponse});
  return found ? std::optional(static_cast<Format>(*found)) : std::nullopt;
}

/// An Error as a response of its own: the only place where one becomes an entry of "errors".
std::string error_body(const Error& error) {
  std::string body = "{\"errors\":[{\"message\":";
  json::append_string(body, error.hint.empty() ? error.message : error.message + ' ' + error.hint);
  body += ",\"extensions\":{\"code\":";
  json::append_string(body, error.code);
  return body + "}}]}";
}

http::Response respond(int status, Format format, std::string body) {
  http::Response response{status, {}, std::move(body)};
  response.add("Content-Type",
               format == Format::json ? "application/json; charset=utf-8" : "application/graphql-response+json; charset=utf-8");
  response.add("Vary", fmt::format("Accept, {}", kAtHeader));
  return response;
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
int status_of(Outcome outcome, Format format) {
  switch (outcome) {
    case Outcome::executed: return 200;
    case Outcome::request_error: return format == Format::json ? 200 : 400;
    case Outcome::not_a_query: return 405;
    case Outcome::timed_out: return format == Format::json ? 200 : 504;
  }
  return 500;
}

graphql::Caller caller_of(const http::Request& request) {
  graphql::Caller caller{std::string(request.header("authorization")), std::string(request.header("traceparent"))};
  const std::string_view hops = request.header(federation::kHopsHeader);
  std::from_chars(hops.data(), hops.data() + hops.size(), caller.hops);
  if (const std::string_view at = request.header(kAtHeader); !at.empty()) {
    const bool is_number = std::ranges::all_of(at, [](char c) { return c >= '0' && c <= '9'; });
    caller.arguments.emplace_back("at", is_number ? std::string(at) : json::quoted(at));
  }
  return caller;
}

graphql::EngineRequest engine_request(const Parameters& parameters, bool queries_only, graphql::Caller caller) {
  return {parameters.query, parameters.operation_name, parameters.variables ? &*parameters.variables : nullptr, queries_only,
          std::move(caller)};
}

}  // namespace

Task<http::Response> Endpoint::handle(const http::Request& request) {
  const bool is_get = request.method == http::Method::get || request.method == http::Method::head;
  if (request.method == http::Method::options) co_return options_response();
  if (!is_get && request.method != http::Method::post) co_return method_not_allowed();
  const auto format = format_of(request.header("accept"), is_get && options_.page);
  if (!format) co_return not_acceptable();
  if (*format == Format::page) {
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
  auto answered = co_await engine_.execute(engine_request(*asked->requests.front(), is_get, caller_of(request)));
  if (!answered) co_return respond(http::status_of(answered.error().kind), *format, error_body(answered.error()));
  http::Response response = respond(status_of(answered->outcome, *format), *format, std::move(answered->body));
  response.only_reads = answered->only_reads;
  if (answered->outcome == Outcome::not_a_query) response.add("Allow", "POST");
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
