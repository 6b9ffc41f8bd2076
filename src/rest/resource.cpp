#include "rest/resource.hpp"

#include <algorithm>

#include "base/id.hpp"
#include "base/json/canonical.hpp"
#include "http/router.hpp"
#include "http/status.hpp"
#include "rest/answers.hpp"
#include "rest/body.hpp"
#include "rest/list_filter.hpp"
#include "rest/parameters.hpp"

namespace millrace::rest {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kLines = "application/x-ndjson";
constexpr std::string_view kLinesToo = "application/ndjson";

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

/// One append; the place of an element in a batch says nothing about a request that has one.
Task<document::Receipt> append_one(document::Store& store, document::Append append) {
  std::vector<document::Append> appends;
  appends.push_back(std::move(append));
  auto receipts = co_await store.append(std::move(appends));
  if (receipts) co_return receipts->front();
  Error error = std::move(receipts).error();
  error.details.clear();
  co_return Failure(std::move(error));
}

/// The same document with its id, version and place, as a write answers it.
http::Response written(int status, std::string_view id, std::string_view payload, const document::Receipt& receipt) {
  http::Response response{status, {}, document_text(id, payload)};
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
    if (method == Method::get) return bulk_read(request);
    if (method == Method::post) return is_partial(request) ? bulk_create_partial(request) : bulk_create(request);
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
  CO_TRY(auto incoming, read_document(request.body, options_.schema));
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
  CO_TRY(auto incoming, read_document(request.body, options_.schema));
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

namespace {

/// Items of a bulk request, read; the details of all that is wrong with any of them.
struct Items {
  std::vector<Incoming> documents;
  std::vector<ErrorDetail> problems;
};

Result<Items> read_items(const std::vector<std::string_view>& texts, const jsonschema::Schema* schema) {
  Items items;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string pointer = '/' + std::to_string(i);
    auto document = read_document(texts[i], schema, pointer);
    if (document) {
      items.documents.push_back(*std::move(document));
    } else if (document.error().details.empty()) {
      items.problems.push_back({pointer, std::string(document.error().code), document.error().message});
    } else {
      std::ranges::move(document.error().details, std::back_inserter(items.problems));
    }
  }
  if (items.problems.empty()) return items;
  return Failure(Error{
      ErrorKind::unprocessable, "schema.violation",
      fmt::format("The bulk request has {} problem{}; nothing was stored.", items.problems.size(), items.problems.size() == 1 ? "" : "s"),
      "Mend them, or send it with ?partial=true to store what is right.", std::move(items.problems)});
}

document::Append creation(Incoming& incoming) {
  return {document::Operation::create, incoming.id ? *incoming.id : make_uuid7(), incoming.payload};
}

}  // namespace

Task<http::Response> Resource::bulk_create(const http::Request& request) {
  CO_TRY_OK(expect_media_type(request, {kJson, kLines, kLinesToo}));
  CO_TRY(auto texts, split_items(request, options_.bulk_items_max));
  CO_TRY(auto items, read_items(texts, options_.schema));
  std::vector<document::Append> appends;
  std::string body = "[";
  for (Incoming& incoming : items.documents) {
    appends.push_back(creation(incoming));
    if (body.size() > 1) body += ',';
    body += document_text(appends.back().id, appends.back().payload);
  }
  http::Response response{201, {}, std::move(body) + ']'};
  response.add("Content-Type", kJson);
  if (!appends.empty()) {
    CO_TRY(auto receipts, co_await options_.store->append(std::move(appends)));
    response.add("X-Position", std::to_string(receipts.back().position));
  }
  co_return response;
}

namespace {

/// Tells, of the items that were refused because their id is taken, those whose very document is what is stored: sent again, not in
/// conflict.
Task<void> mark_repeated(document::Store& store, std::vector<ItemResult>& results, const std::vector<std::string>& ids) {
  std::vector<std::string_view> asked;
  std::vector<std::size_t> items;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].error || results[i].error->code != "document.exists") continue;
    asked.push_back(ids[i]);
    items.push_back(i);
  }
  if (asked.empty()) co_return {};
  CO_TRY(auto stored, co_await store.read(asked, {}));
  for (std::size_t k = 0; k < items.size(); ++k) {
    if (!stored.found(k) || stored.text(k) != results[items[k]].document) continue;
    results[items[k]].error = Error{ErrorKind::conflict, "document.repeated", "This very document is stored already."};
  }
  co_return {};
}

}  // namespace

Task<http::Response> Resource::bulk_create_partial(const http::Request& request) {
  CO_TRY_OK(expect_media_type(request, {kJson, kLines, kLinesToo}));
  CO_TRY(auto texts, split_items(request, options_.bulk_items_max));
  std::vector<ItemResult> results(texts.size());
  std::vector<std::string> ids(texts.size());
  std::vector<Task<document::Receipt>> tasks;
  std::vector<std::size_t> sent;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto incoming = read_document(texts[i], options_.schema);
    if (!incoming) {
      results[i].error = std::move(incoming).error();
      continue;
    }
    document::Append append = creation(*incoming);
    results[i].document = document_text(append.id, append.payload);
    ids[i] = append.id;
    tasks.push_back(append_one(*options_.store, std::move(append)));
    sent.push_back(i);
  }
  CO_TRY(auto receipts, co_await when_all(std::move(tasks)));
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (receipts[i]) {
      results[sent[i]].position = receipts[i]->position;
    } else {
      results[sent[i]].error = std::move(receipts[i]).error();
    }
  }
  CO_TRY_OK(co_await mark_repeated(*options_.store, results, ids));
  http::Response response{200, {}, item_results_text(results)};
  response.add("Content-Type", kJson);
  co_return response;
}

Task<http::Response> Resource::bulk_read(const http::Request& request) {
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY(auto view, take_view(parameters));
  CO_TRY(auto ids, take_ids(parameters));
  std::vector<std::string_view> views(ids.begin(), ids.end());
  CO_TRY(auto documents, co_await options_.store->read(views, view));
  http::Response response{200, {}, array_text(documents, documents.size())};
  response.add("Content-Type", kJson);
  co_return response;
}

}  // namespace millrace::rest
