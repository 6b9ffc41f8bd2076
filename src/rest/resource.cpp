#include "rest/resource.hpp"

#include <algorithm>

#include "base/id.hpp"
#include "base/json/canonical.hpp"
#include "document/incoming.hpp"
#include "http/router.hpp"
#include "http/status.hpp"
#include "rest/answers.hpp"
#include "rest/append_one.hpp"
#include "rest/body.hpp"
#include "rest/bulk.hpp"
#include "rest/list_filter.hpp"
#include "rest/parameters.hpp"

namespace millrace::rest {
namespace {

constexpr std::string_view kJson = "application/json";

http::Response method_not_allowed(std::string_view allow) {
  Error error{ErrorKind::invalid_argument, "http.method", fmt::format("This resource answers {}.", allow)};
  http::Response response = http::problem(405, error);
  response.add("Allow", allow);
  return response;
}

Error not_found(std::string_view id) {
  return {ErrorKind::not_found, "document.not_found", fmt::format("There is no document with the id \"{}\".", id)};
}

/// `If-Match: "3"` as the version that must be the newest; nothing when the header is absent or `*`.
Result<std::optional<std::uint64_t>> expected_version(const http::Request& request) {
  std::string_view header = request.header("if-match");
  if (header.empty() || header == "*") return std::nullopt;
  auto version = parse_etag(header);
  if (version) return version;
  return Failure(Error{ErrorKind::precondition_failed, "document.version", "The document has another version than If-Match asks for."});
}

/// The same document with its id, version and place, as a write answers it.
http::Response written(int status, std::string_view id, std::string_view payload, const document::Receipt& receipt) {
  http::Response response{status, {}, document::document_text(id, payload)};
  response.add("Content-Type", kJson);
  add_document_headers(response, id, receipt.version);
  response.add("X-Position", std::to_string(receipt.position));
  return response;
}

}  // namespace

Resource::Resource(ResourceOptions options) : options_(std::move(options)) {}
Resource::~Resource() = default;

Task<http::Response> Resource::handle(const http::Request& request) {
  auto response = co_await dispatch(request, http::below(request.path, options_.path));
  if (!response) co_return http::problem(response.error());
  co_return *std::move(response);
}

Task<http::Response> Resource::dispatch(const http::Request& request, std::string_view below) {
  using http::Method;
  const Method method = request.method == Method::head ? Method::get : request.method;
  if (below.empty()) {
    if (method == Method::get) return list(request);
    if (method == Method::post) return create(request);
    return answer(method_not_allowed("GET, HEAD, POST"));
  }
  if (below == "bulk") {
    if (method == Method::get) return bulk_read(options_, request);
    if (method == Method::post) return is_partial(request) ? bulk_create_partial(options_, request) : bulk_create(options_, request);
    return answer(method_not_allowed("GET, HEAD, POST"));
  }
  const std::size_t slash = below.find('/');
  auto id = http::percent_decode(below.substr(0, slash));
  if (!id) return refuse({ErrorKind::invalid_argument, "http.path", "The path is not well-formed percent-encoded UTF-8."});
  if (slash != std::string_view::npos) {
    if (below.substr(slash + 1) != "history") return refuse({ErrorKind::not_found, "http.not_found", "There is nothing at this path."});
    return method == Method::get ? history(request, *id) : answer(method_not_allowed("GET, HEAD"));
  }
  if (method == Method::get) return read(request, *std::move(id));
  if (options_.immutable) return answer(method_not_allowed("GET, HEAD"));
  if (method == Method::put) return replace(request, *std::move(id));
  if (method == Method::delete_) return remove(request, *std::move(id));
  return answer(method_not_allowed("GET, HEAD, PUT, DELETE"));
}

Task<http::Response> Resource::create(const http::Request& request) {
  CO_TRY_OK(expect_media_type(request, {kJson}));
  CO_TRY(auto incoming, document::read_document(request.body, options_.schema));
  std::string id = incoming.id ? *std::move(incoming.id) : make_uuid7();
  document::Append append{document::Operation::create, id, incoming.payload};
  CO_TRY(auto receipt, co_await append_one(*options_.store, std::move(append)));
  http::Response response = written(201, id, incoming.payload, receipt);
  response.add("Location", location(options_.path, id));
  co_return response;
}

Task<http::Response> Resource::replace(const http::Request& request, std::string id) {
  CO_TRY_OK(expect_media_type(request, {kJson}));
  CO_TRY(auto expected, expected_version(request));
  CO_TRY(auto incoming, document::read_document(request.body, options_.schema));
  if (incoming.id && *incoming.id != id)
    co_return Failure(Error{ErrorKind::unprocessable,
                            "document.id",
                            "The document's id is not the id in the path.",
                            "Leave it out, or send the same.",
                            {{"/id", "const", fmt::format("must be \"{}\"", id)}}});
  document::Append append{document::Operation::replace, id, incoming.payload, expected};
  CO_TRY(auto receipt, co_await append_one(*options_.store, std::move(append)));
  co_return written(200, id, incoming.payload, receipt);
}

Task<http::Response> Resource::remove(const http::Request& request, std::string id) {
  CO_TRY(auto expected, expected_version(request));
  document::Append append{document::Operation::remove, id, {}, expected};
  CO_TRY(auto receipt, co_await append_one(*options_.store, std::move(append)));
  http::Response response{200, {}, fmt::format("{{\"id\":{},\"status\":\"deleted\"}}", json::quoted(id))};
  response.add("Content-Type", kJson).add("X-Canonical-Id", id).add("X-Position", std::to_string(receipt.position));
  co_return response;
}

Task<http::Response> Resource::read(const http::Request& request, std::string id) {
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY(auto view, take_view(parameters));
  const std::string_view ids[] = {id};
  CO_TRY(auto documents, co_await options_.store->read(ids, view));
  if (!documents.found(0)) co_return Failure(not_found(id));
  http::Response response;
  add_document_headers(response, id, documents.envelope(0).version);
  if (none_match(request.header("if-none-match"), documents.envelope(0).version)) {
    response.status = 304;
    co_return response;
  }
  response.add("Content-Type", kJson);
  response.body = documents.text(0);
  co_return response;
}

Task<http::Response> Resource::list(const http::Request& request) {
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY(auto view, take_view(parameters));
  CO_TRY(auto page, take_page(parameters, {options_.list_limit, options_.list_limit_max}));
  CO_TRY(auto filter, make_list_filter(parameters, options_.fields));
  const Instant asked = view.at == kNewest ? now() : view.at;  // later pages are read as of the first
  const std::size_t wanted = page.limit;
  page.limit = wanted + 1;  // one more tells whether there is a next page
  document::Query query{&filter, {}, page};
  CO_TRY(auto found, co_await options_.store->find({&query, 1}, view));
  const document::Documents& documents = found.front();
  const std::size_t count = std::min(documents.size(), wanted);
  http::Response response{200, {}, array_text(documents, count)};
  response.add("Content-Type", kJson);
  if (documents.size() > wanted && wanted > 0)
    response.add("Link", next_link(options_.path, request.query, documents.envelope(count - 1).position, asked));
  co_return response;
}

Task<http::Response> Resource::history(const http::Request& request, std::string id) {
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY(auto view, take_view(parameters));
  CO_TRY(auto versions, co_await options_.store->history(id, view));
  if (versions.empty()) co_return Failure(not_found(id));
  http::Response response{200, {}, history_text(versions)};
  response.add("Content-Type", kJson).add("X-Canonical-Id", id);
  co_return response;
}

}  // namespace millrace::rest
